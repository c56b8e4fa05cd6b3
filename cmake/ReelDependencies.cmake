# Finds what the build needs, or says which Debian or Ubuntu package has it. Reasons: docs/dependencies.md.

macro(reel_require name package)
  find_package(${name} ${ARGN} QUIET)
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR
      "reel: ${name} was not found. On Debian or Ubuntu: apt-get install ${package} "
      "(scripts/setup installs everything that is missing).")
  endif()
endmacro()

reel_require(ZLIB zlib1g-dev)
reel_require(Threads libc6-dev)
reel_require(nlohmann_json nlohmann-json3-dev)

find_path(REEL_STB_INCLUDE_DIR stb/stb_image_write.h)
mark_as_advanced(REEL_STB_INCLUDE_DIR)
if(NOT REEL_STB_INCLUDE_DIR)
  # vcpkg and Conan have the headers in no folder of their own.
  find_path(REEL_STB_HEADERS stb_image_write.h)
  mark_as_advanced(REEL_STB_HEADERS)
  if(REEL_STB_HEADERS)
    set(REEL_STB_INCLUDE_DIR ${PROJECT_BINARY_DIR}/stb_include)
    file(MAKE_DIRECTORY ${REEL_STB_INCLUDE_DIR})
    file(CREATE_LINK ${REEL_STB_HEADERS} ${REEL_STB_INCLUDE_DIR}/stb SYMBOLIC)
  endif()
endif()
if(NOT REEL_STB_INCLUDE_DIR)
  message(FATAL_ERROR
    "reel: stb/stb_image_write.h was not found. On Debian or Ubuntu: apt-get install libstb-dev "
    "(scripts/setup installs everything that is missing).")
endif()

if(REEL_BUILD_EXAMPLES OR REEL_BUILD_BENCH OR REEL_BUILD_TESTS)
  reel_require(cxxopts libcxxopts-dev)
endif()
if(REEL_BUILD_TESTS)
  reel_require(Catch2 catch2)
  reel_require(Python3 python3 COMPONENTS Interpreter)
endif()
