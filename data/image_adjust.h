#pragma once
// Colours of one image, in place: what ColorJitter and the policies draw from. C planes of `pixels`
// values each, uint8 or float; results of uint8 are cut off to whole numbers, as torchvision's are.

#include <cstdint>

namespace reel::data {

/// factor * x. Of 0 black, of 1 the same.
template <class T>
void adjust_brightness(T* image, int64_t C, int64_t pixels, double factor);

/// Away from, or towards, the image's mean brightness. C: 1 or 3.
template <class T>
void adjust_contrast(T* image, int64_t C, int64_t pixels, double factor);

/// Away from, or towards, the brightness of each pixel. C: 3; others stay.
template <class T>
void adjust_saturation(T* image, int64_t C, int64_t pixels, double factor);

/// Turns the hue by a share of the circle. C: 3; others stay.
template <class T>
void adjust_hue(T* image, int64_t C, int64_t pixels, double shift);

/// Writes the brightness of each pixel of three planes to `grey`, which may be one of them.
template <class T>
void to_grey(const T* image, int64_t pixels, T* grey);

// Of bytes only:

/// Keeps the upper `bits` bits.
void posterize(uint8_t* image, int64_t count, int bits);
/// Inverts what is not below the threshold.
void solarize(uint8_t* image, int64_t count, double threshold);
/// Stretches each channel's values over all 256.
void autocontrast(uint8_t* image, int64_t C, int64_t pixels);
/// Spreads each channel's values so that all are about equally frequent.
void equalize(uint8_t* image, int64_t C, int64_t pixels);
/// Away from, or towards, the image smoothed by [1 1 1; 1 5 1; 1 1 1] / 13. `scratch` has H * W.
void adjust_sharpness(uint8_t* image, int64_t C, int64_t H, int64_t W, double factor,
                      uint8_t* scratch);

}  // namespace reel::data
