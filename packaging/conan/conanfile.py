"""reel as a package of Conan 2: `conan create packaging/conan`."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir
from conan.tools.system.package_manager import Apt


class ReelConan(ConanFile):
    name = "reel"
    description = "Trains small neural networks on CPUs, from C++20"
    license = ("MIT", "Bitstream-Vera")
    topics = ("machine-learning", "neural-network", "autograd")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        # zlib, JSON and stb from the system's packages instead of Conan's.
        "system_dependencies": [True, False],
    }
    default_options = {"shared": False, "system_dependencies": False}
    implements = ["auto_shared_fpic"]

    def _checkout(self):
        return os.path.normpath(os.path.join(self.recipe_folder, os.pardir, os.pardir))

    def set_version(self):
        header = load(self, os.path.join(self._checkout(), "core", "version.h"))
        self.version = ".".join(re.findall(r"#define REEL_VERSION_\w+ (\d+)", header))

    def export_sources(self):
        folders = ("autograd", "cmake", "compat", "core", "data", "io", "nn", "optim", "packaging/debian")
        files = ("CMakeLists.txt", "reel.h", "LICENSE", "CHANGELOG.md")
        for pattern in (*(f"{folder}/*" for folder in folders), *files):
            copy(self, pattern, self._checkout(), self.export_sources_folder, excludes=("README.md", "*.gz"))

    def requirements(self):
        if not self.options.system_dependencies:
            self.requires("zlib/[>=1.2.11 <2]")
            self.requires("nlohmann_json/[>=3.11 <4]", visible=False)
            self.requires("stb/cci.20230920", visible=False)

    def system_requirements(self):
        if self.options.system_dependencies:
            Apt(self).install(["zlib1g-dev", "nlohmann-json3-dev", "libstb-dev"], check=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["REEL_BUILD_TESTS"] = False
        toolchain.cache_variables["REEL_BUILD_EXAMPLES"] = False
        toolchain.cache_variables["REEL_BUILD_BENCH"] = False
        toolchain.cache_variables["REEL_INSTALL_STATIC"] = not self.options.shared
        toolchain.cache_variables["REEL_INSTALL_SHARED"] = bool(self.options.shared)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build(target="reel_shared" if self.options.shared else "reel")

    def package(self):
        CMake(self).install()
        for name in ("LICENSE", "io/font_license.txt"):
            copy(self, name, self.source_folder, os.path.join(self.package_folder, "licenses"), keep_path=False)
        # Conan writes files of its own for CMake and pkg-config.
        for folder in ("lib/cmake", "lib/pkgconfig", "share"):
            rmdir(self, os.path.join(self.package_folder, folder))

    def package_info(self):
        self.cpp_info.libs = ["reel"]
        self.cpp_info.set_property("cmake_file_name", "reel")
        self.cpp_info.set_property("cmake_target_name", "reel::reel")
        self.cpp_info.set_property("pkg_config_name", "reel")
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
        if self.options.system_dependencies:
            self.cpp_info.system_libs.append("z")
        elif not self.options.shared:
            self.cpp_info.requires = ["zlib::zlib"]
