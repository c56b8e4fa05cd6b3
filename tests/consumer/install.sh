# [install]
cmake --install "$BUILD" --prefix "$PREFIX"
# [/install]
