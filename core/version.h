#pragma once
// The version, which CMakeLists.txt reads from here, and the check that a program and its library
// fit together.

#include <string>

#define REEL_VERSION_MAJOR 0
#define REEL_VERSION_MINOR 1
#define REEL_VERSION_PATCH 0

// A program that was compiled with headers of another version, or with another layout of
// std::string or of the containers, does not link, or does not start with the shared library: the
// missing symbol's name says why.
#define REEL_ABI_NAME(major, minor, library) reel_abi_##major##_##minor##_##library
#define REEL_ABI_EXPANDED(major, minor, library) REEL_ABI_NAME(major, minor, library)
#if defined(_GLIBCXX_DEBUG)
#define REEL_ABI_LIBRARY glibcxx_debug
#elif defined(_GLIBCXX_USE_CXX11_ABI) && _GLIBCXX_USE_CXX11_ABI
#define REEL_ABI_LIBRARY cxx11
#elif defined(__GLIBCXX__)
#define REEL_ABI_LIBRARY pre_cxx11
#else
#define REEL_ABI_LIBRARY libcxx
#endif
#define REEL_ABI REEL_ABI_EXPANDED(REEL_VERSION_MAJOR, REEL_VERSION_MINOR, REEL_ABI_LIBRARY)

extern "C" const char REEL_ABI[];

#if !defined(REEL_BUILDS_ITSELF) && !defined(REEL_ISA)  // its own sources, and kernels
namespace reel {
[[gnu::used]] static const char* const required_abi = REEL_ABI;
}
#endif
