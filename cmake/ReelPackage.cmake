# `cpack -G DEB` makes libreel<soversion> and libreel-dev, as Debian divides libraries: programs need the first alone,
# and several versions of it can be installed side by side. `cpack -G TGZ` makes one archive of everything.

set(CPACK_PACKAGE_NAME reel)
set(CPACK_PACKAGE_VENDOR "The reel authors")
set(REEL_PACKAGE_MAINTAINER "The reel authors <reel@localhost>" CACHE STRING
  "Who answers for packages that are given to others: a name, and an address")
set(CPACK_PACKAGE_CONTACT ${REEL_PACKAGE_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "training framework for small neural networks on CPUs, in C++20")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_SYSTEM_NAME ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SOURCE reel)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DESCRIPTION
  "reel records what is computed on a tape and replays hand-derived
gradients. It has tensors, modules, optimizers, data sets and exchange with
Python, under the names that users of libtorch know.")

set(runtime libreel${REEL_SOVERSION})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${runtime})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/triggers)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "${CPACK_DEBIAN_DESCRIPTION}
This package has the shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libreel-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${runtime} (= ${PROJECT_VERSION}-1), zlib1g-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "${CPACK_DEBIAN_DESCRIPTION}
This package has the headers, the static library, and the files for CMake and
pkg-config.")

# What Debian wants to know of every package; in no other kind of installation.
set(texts ${PROJECT_BINARY_DIR}/debian)
configure_file(${PROJECT_SOURCE_DIR}/packaging/debian/changelog.in ${texts}/changelog @ONLY)
find_program(REEL_GZIP gzip)
mark_as_advanced(REEL_GZIP)
if(REEL_GZIP)
  execute_process(COMMAND ${REEL_GZIP} -9n INPUT_FILE ${texts}/changelog
    OUTPUT_FILE ${texts}/changelog.Debian.gz)
  execute_process(COMMAND ${REEL_GZIP} -9n INPUT_FILE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
    OUTPUT_FILE ${texts}/changelog.gz)
  foreach(component IN ITEMS runtime development)
    string(TOUPPER ${component} upper)
    install(FILES ${PROJECT_SOURCE_DIR}/packaging/debian/copyright
      ${texts}/changelog.Debian.gz ${texts}/changelog.gz
      DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}
      COMPONENT ${component} EXCLUDE_FROM_ALL)
  endforeach()
endif()

include(CPack)
