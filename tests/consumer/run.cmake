# Builds and runs one project that uses reel, as its user would.
# cmake -D PROJECT=find_package|pkg_config|deb|tgz|vcpkg|subdirectory -D REEL_BUILD=<build tree> -D WORK=<scratch directory>
#   -D GENERATOR=<generator> -D CONFIG=<build type> -D UNITY=<of REEL_UNITY> -D COMPILER=<c++>
#   -D LAUNCHER=<ccache or nothing> -D PYTHON=<python3> -P run.cmake

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

cmake_path(SET checkout NORMALIZE ${CMAKE_CURRENT_LIST_DIR}/../..)
set(prefix ${WORK}/prefix)
set(options
  -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Debug
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})

# Configures a project with further options, and builds one of its targets or all.
function(build project target)
  run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/${project} -B ${WORK}/build ${options} ${ARGN})
  run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2 --target ${target})
endfunction()

function(check_prefix)
  file(GLOB included RELATIVE ${prefix}/include ${prefix}/include/*)
  if(NOT included STREQUAL reel)
    message(FATAL_ERROR "installed into the include path: ${included}; must be reel/ alone")
  endif()
endfunction()

# The commands of docs/install.md, by a shell as people type them.
function(shell script)
  run(${CMAKE_COMMAND} -E env PREFIX=${prefix} CXX=${COMPILER} BUILD=${REEL_BUILD} WORK=${WORK}
    sh -eux ${CMAKE_CURRENT_LIST_DIR}/${script})
endfunction()

# What REEL_BUILD has compiled is not compiled again in a build tree where it would be the same.
function(reuse_objects result build)
  file(WRITE ${build}-launcher "#!/bin/sh\nexec ${PYTHON} -B ${CMAKE_CURRENT_LIST_DIR}/reuse_object.py "
    "${REEL_BUILD} ${build} ${LAUNCHER} \"$@\"\n")
  file(CHMOD ${build}-launcher PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  set(${result} -D CMAKE_CXX_COMPILER_LAUNCHER=${build}-launcher
    -D CMAKE_BUILD_TYPE=${CONFIG} -D REEL_UNITY=${UNITY} PARENT_SCOPE)
endfunction()

if(PROJECT STREQUAL subdirectory)
  reuse_objects(reused ${WORK}/build/_deps/reel-build)
  build(subdirectory consumer ${reused} -D REEL_CHECKOUT=${checkout})
  run(${WORK}/build/consumer)
  return()
endif()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(find -D CMAKE_PREFIX_PATH=${prefix} -D EXPECTED=static)
if(PROJECT STREQUAL find_package)
  shell(install.sh)
  check_prefix()
  build(find_package all ${find})
  # The same folder, so that only what differs is built again.
  build(find_package consumer ${find} -D BUILD_SHARED_LIBS=ON -D EXPECTED=shared)
elseif(PROJECT STREQUAL pkg_config)
  shell(install.sh)
  file(RENAME ${prefix} ${WORK}/moved)
  set(prefix ${WORK}/moved)
  shell(pkg_config.sh)
elseif(PROJECT STREQUAL vcpkg)
  # Its port, with functions in the place of vcpkg's, for a triplet of each linkage.
  include(${CMAKE_CURRENT_LIST_DIR}/vcpkg.cmake)
  foreach(linkage IN ITEMS static dynamic)
    set(prefix ${WORK}/${linkage})
    reuse_objects(reused ${WORK}/${linkage}-build)
    vcpkg_port(${linkage} ${prefix} ${WORK}/${linkage}-build)
    check_prefix()
  endforeach()
  build(find_package consumer -D CMAKE_PREFIX_PATH=${WORK}/static -D EXPECTED=static -D ONE_KIND=ON)
  build(find_package consumer -D CMAKE_PREFIX_PATH=${WORK}/dynamic -D EXPECTED=shared -D ONE_KIND=ON
    -U reel_DIR)
else()
  shell(${PROJECT}.sh)
  check_prefix()
  build(find_package consumer_static ${find})
  build(find_package consumer_shared ${find})
endif()
