#pragma once
// All transforms of images.

#include <reel/data/image_affine.h>
#include <reel/data/image_color.h>
#include <reel/data/image_erase.h>
#include <reel/data/image_mix.h>
#include <reel/data/image_move.h>
#include <reel/data/image_policy.h>
#include <reel/data/image_resample.h>
