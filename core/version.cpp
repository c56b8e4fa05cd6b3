#include <reel/core/version.h>

#define REEL_TEXT(name) #name
#define REEL_TEXT_EXPANDED(name) REEL_TEXT(name)

const char REEL_ABI[] = REEL_TEXT_EXPANDED(REEL_ABI);
