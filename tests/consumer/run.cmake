# Builds and runs one project that uses reel, as its user would.
# cmake -D PROJECT=find_package|subdirectory -D REEL_BUILD=<build tree> -D WORK=<scratch directory>
#   -D GENERATOR=<generator> -D COMPILER=<c++> -D LAUNCHER=<ccache or nothing> -P run.cmake

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

cmake_path(SET checkout NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../..)
set(options
  -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Debug
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})

if(PROJECT STREQUAL find_package)
  file(REMOVE_RECURSE ${WORK})
  run(${CMAKE_COMMAND} --install ${REEL_BUILD} --prefix ${WORK}/prefix)
  file(GLOB included RELATIVE ${WORK}/prefix/include ${WORK}/prefix/include/*)
  if(NOT included STREQUAL reel)
    message(FATAL_ERROR "installed into the include path: ${included}; must be reel/ alone")
  endif()
  list(APPEND options -D CMAKE_PREFIX_PATH=${WORK}/prefix)
else()
  list(APPEND options -D REEL_CHECKOUT=${checkout})
endif()

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/${PROJECT} -B ${WORK}/build ${options})
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
run(${WORK}/build/consumer)
