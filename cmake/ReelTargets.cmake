# What every target of this project is compiled with.

set(REEL_INCLUDE_DIR ${PROJECT_BINARY_DIR}/include)

function(reel_configure_target target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF
    POSITION_INDEPENDENT_CODE ON
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  # __FILE__ and debug information name files as users do: core/tensor.cpp, reel/core/tensor.h.
  target_compile_options(${target} PRIVATE
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
    -ffile-prefix-map=${REEL_INCLUDE_DIR}/=)
  if(REEL_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
  endif()
  if(REEL_SANITIZE)
    target_compile_options(${target} PRIVATE
      -fsanitize=${REEL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
    target_link_options(${target} PRIVATE -fsanitize=${REEL_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # With sanitizers g++ takes std::function's own members for uninitialized.
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    endif()
  endif()
endfunction()

# Each source of the folder is a program of its own, named after it, with a prefix if one is given.
function(reel_add_programs folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX" "LIBRARIES")
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    set(name ${arg_PREFIX}${name})
    add_executable(${name} ${source})
    reel_configure_target(${name})
    target_link_libraries(${name} PRIVATE reel_program_training ${arg_LIBRARIES})
  endforeach()
endfunction()
