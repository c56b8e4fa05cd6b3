#include "tests/errors/rows.h"

#include <reel/autograd/ops.h>
#include <reel/core/allocator.h>
#include <reel/core/creation.h>
#include <reel/core/ordered_dict.h>
#include <reel/core/parallel.h>

#include <cmath>

namespace reel::tests {

namespace {

const ErrorRows kShapes{
    {"shape: dimensions",
     [] {
       zeros({1, 1, 1, 1, 1, 1, 1, 1, 1});
     }},
    {"shape: negative size",
     [] {
       zeros({2, -1});
     }},
    {"shape: overflow",
     [] {
       zeros({int64_t{1} << 40, int64_t{1} << 40});
     }},
    {"size: dimension",
     [] {
       zeros({2, 3}).size(2);
     }},
    {"options: number of values",
     [] {
       ExpandingArray<2>({1, 2, 3});
     }},
    {"allocate: too much", [] { zeros({int64_t{1} << 50}, kUInt8); }},
};

const ErrorRows kTensors{
    {"tensor: undefined", [] { Tensor().sizes(); }},
    {"tensor: ragged lists",
     [] {
       tensor({{1, 2}, {3}});
     }},
    {"from_blob: null", [] { from_blob(nullptr, {2}); }},
    {"from_vector: number of elements",
     [] {
       from_vector(std::vector<float>{1, 2, 3}, {2});
     }},
    {"data_ptr: dtype", [] { zeros({2}).data_ptr<double>(); }},
    {"data_ptr: not dense", [] { zeros({4}).slice(0, 0, 4, 2).data_ptr<float>(); }},
    {"accessor: dtype", [] { zeros({2}).accessor<double, 1>(); }},
    {"accessor: dimensions", [] { zeros({2}).accessor<float, 2>(); }},
    {"item: elements", [] { zeros({2}).item(); }},
    {"resize_: requires grad", [] { zeros({2}).requires_grad_().resize_({3}); }},
    {"contiguous: channels-last", [] { zeros({2}).contiguous(MemoryFormat::kChannelsLast); }},
    {"copy_: shape", [] { zeros({2}).copy_(zeros({3})); }},
};

const ErrorRows kCreation{
    {"arange: infinite", [] { arange(0.0, HUGE_VAL, 1.0); }},
    {"arange: direction", [] { arange(0, 5, -1); }},
    {"arange: too long", [] { arange(0.0, 1e30, 1.0); }},
    {"linspace: steps", [] { linspace(0, 1, -1); }},
    {"randperm: elements", [] { randperm(-1); }},
    {"uniform_: range", [] { zeros({2}).uniform_(1, 0); }},
    {"uniform_: dtype", [] { zeros({2}, kInt64).uniform_(); }},
    {"normal_: deviation", [] { zeros({2}).normal_(0, -1); }},
    {"bernoulli_: probability", [] { zeros({2}).bernoulli_(1.5); }},
    {"random_: empty range", [] { zeros({2}, kInt64).random_(3, 3); }},
    {"random_: range beyond the dtype", [] { zeros({2}, kUInt8).random_(0, 300); }},
};

const ErrorRows kOthers{
    {"ordered_dict: key is there",
     [] {
       OrderedDict<std::string, int>({{"a", 1}, {"a", 2}});
     }},
    {"ordered_dict: key is not there",
     [] {
       (OrderedDict<std::string, int>({{"a", 1}}))["b"];
     }},
    {"ordered_dict: index",
     [] {
       (OrderedDict<std::string, int>({{"a", 1}}))[1];
     }},
    {"set_num_threads: number", [] { set_num_threads(0); }},
};

}  // namespace

}  // namespace reel::tests
