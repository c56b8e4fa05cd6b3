#pragma once
// Options of layers: core/options.h.

#include <reel/core/options.h>
