#pragma once

#include <reel/core/options.h>
