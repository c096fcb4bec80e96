// Element-wise parts of binary units and batch norms, each in as few passes over memory as it needs, forward and backward.
// Maps are [pixels, channels] in memory (channels last), float or bfloat16; arithmetic is float.
#include <torch/extension.h>

#include <cmath>
#include <cstring>
#include <vector>

namespace {

constexpr int64_t kBlock = 256;  // pixels summed in float before they join a double

inline float read(float x) { return x; }
inline float read(uint16_t x) {
    uint32_t bits = uint32_t(x) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}
inline void write(float &y, float x) { y = x; }
inline void write(uint16_t &y, float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, 4);
    y = uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// Sums `count` numbers a channel over all pixels; `add(pixel, sums)` adds one pixel's.
template <class Add>
std::vector<double> sums(int64_t pixels, int64_t width, Add add) {
    std::vector<double> total(width, 0.0);
    std::vector<float> part(width);
    for (int64_t start = 0; start < pixels; start += kBlock) {
        std::fill(part.begin(), part.end(), 0.0f);
        for (int64_t p = start; p < std::min(pixels, start + kBlock); ++p) add(p, part.data());
        for (int64_t c = 0; c < width; ++c) total[c] += part[c];
    }
    return total;
}

at::Tensor tensor(const double *values, int64_t count) {
    auto result = at::empty({count}, at::kFloat);
    for (int64_t c = 0; c < count; ++c) result.data_ptr<float>()[c] = float(values[c]);
    return result;
}

template <class T>
std::vector<at::Tensor> moments(const T *x, int64_t n, int64_t C) {
    auto s = sums(n, 2 * C, [=](int64_t p, float *__restrict a) {
        const T *row = x + p * C;
        for (int64_t c = 0; c < C; ++c) {
            float v = read(row[c]);
            a[c] += v;
            a[C + c] += v * v;
        }
    });
    for (int64_t c = 0; c < C; ++c) {
        s[c] /= n;
        s[C + c] = std::max(0.0, s[C + c] / n - s[c] * s[c]);
    }
    return {tensor(s.data(), C), tensor(s.data() + C, C)};
}

// y = prelu(x * scale + shift, slope) + after
template <class T>
void affine_prelu(const T *x, T *y, int64_t n, int64_t C, const float *scale, const float *shift, const float *slope, const float *after) {
    for (int64_t p = 0; p < n; ++p) {
        const T *__restrict row = x + p * C;
        T *__restrict out = y + p * C;
        for (int64_t c = 0; c < C; ++c) {
            float z = read(row[c]) * scale[c] + shift[c];
            write(out[c], (z > 0 ? z : slope[c] * z) + after[c]);
        }
    }
}

// Gradients of the above: of x given fixed statistics, and sums [4, C]: of g, of g z where z <= 0, of dz, of dz x.
template <class T>
std::vector<at::Tensor> affine_prelu_backward(
    const T *x, const T *g, T *dx, int64_t n, int64_t C, const float *scale, const float *shift, const float *slope, const float *mean,
    const float *invstd) {
    auto s = sums(n, 4 * C, [=](int64_t p, float *__restrict a) {
        const T *__restrict row = x + p * C;
        const T *__restrict gradient = g + p * C;
        for (int64_t c = 0; c < C; ++c) {
            float v = read(row[c]), d = read(gradient[c]);
            float z = v * scale[c] + shift[c];
            float dz = z > 0 ? d : slope[c] * d;
            a[c] += d;
            a[C + c] += z > 0 ? 0.0f : d * z;
            a[2 * C + c] += dz;
            a[3 * C + c] += dz * v;
        }
    });
    // With batch statistics: dx = scale (dz - mean(dz) - xhat mean(dz xhat)) = scale dz + u x + w.
    std::vector<float> u(C, 0.0f), w(C, 0.0f);
    if (mean) {
        for (int64_t c = 0; c < C; ++c) {
            double covariance = (s[3 * C + c] - mean[c] * s[2 * C + c]) * invstd[c] / n;
            u[c] = float(-scale[c] * covariance * invstd[c]);
            w[c] = float(-scale[c] * s[2 * C + c] / n - u[c] * mean[c]);
        }
    }
    const float *pu = u.data(), *pw = w.data();
    for (int64_t p = 0; p < n; ++p) {
        const T *__restrict row = x + p * C;
        const T *__restrict gradient = g + p * C;
        T *__restrict out = dx + p * C;
        for (int64_t c = 0; c < C; ++c) {
            float v = read(row[c]), d = read(gradient[c]);
            float z = v * scale[c] + shift[c];
            write(out[c], scale[c] * (z > 0 ? d : slope[c] * d) + pu[c] * v + pw[c]);
        }
    }
    return {tensor(s.data(), C), tensor(s.data() + C, C), tensor(s.data() + 2 * C, C), tensor(s.data() + 3 * C, C)};
}

// sign(x k + b)
template <class T>
void move_sign(const T *x, T *y, int64_t n, int64_t C, const float *k, const float *b) {
    for (int64_t p = 0; p < n; ++p) {
        const T *__restrict row = x + p * C;
        T *__restrict out = y + p * C;
        for (int64_t c = 0; c < C; ++c) {
            float z = read(row[c]) * k[c] + b[c];
            write(out[c], z > 0 ? 1.0f : z < 0 ? -1.0f : 0.0f);
        }
    }
}

// tanh to about 1e-4: a ratio of polynomials, clamped.
inline float tanh_rough(float x) {
    float v = std::min(4.97f, std::max(-4.97f, x)), q = v * v;
    return v * (135135.0f + q * (17325.0f + q * (378.0f + q))) / (135135.0f + q * (62370.0f + q * (3150.0f + q * 28.0f)));
}

// With the gradient of tanh(beta z) in place of sign's; sums [3, C]: of dz x, of dz, of dbeta.
template <class T>
std::vector<at::Tensor> move_sign_backward(
    const T *x, const T *g, T *dx, int64_t n, int64_t C, const float *k, const float *b, float beta) {
    auto s = sums(n, 3 * C, [=](int64_t p, float *__restrict a) {
        const T *__restrict row = x + p * C;
        const T *__restrict gradient = g + p * C;
        T *__restrict out = dx + p * C;
        for (int64_t c = 0; c < C; ++c) {
            float v = read(row[c]), z = v * k[c] + b[c];
            float t = tanh_rough(z * beta);
            float slope = read(gradient[c]) * (1 - t * t), dz = slope * beta;
            a[c] += dz * v;
            a[C + c] += dz;
            a[2 * C + c] += slope * z;
            write(out[c], dz * k[c]);
        }
    });
    return {tensor(s.data(), C), tensor(s.data() + C, C), tensor(s.data() + 2 * C, C)};
}

// Sums features[feature[i]] * depth[index[i]] over the points i of each cell; points are sorted by cell, `starts` are the cells' first.
void pool(const float *depth, const float *features, const int64_t *index, const int64_t *feature, const int64_t *starts, int64_t cells,
          int64_t points, int64_t C, float *y) {
    for (int64_t cell = 0; cell < cells; ++cell) {
        float *__restrict out = y + cell * C;
        std::fill(out, out + C, 0.0f);
        for (int64_t i = starts[cell], end = cell + 1 < cells ? starts[cell + 1] : points; i < end; ++i) {
            const float *__restrict row = features + feature[i] * C;
            float weight = depth[index[i]];
            for (int64_t c = 0; c < C; ++c) out[c] += weight * row[c];
        }
    }
}

void pool_backward(const float *depth, const float *features, const float *g, const int64_t *index, const int64_t *feature,
                   const int64_t *starts, int64_t cells, int64_t points, int64_t C, float *of_depth, float *of_features) {
    for (int64_t cell = 0; cell < cells; ++cell) {
        const float *__restrict gradient = g + cell * C;
        for (int64_t i = starts[cell], end = cell + 1 < cells ? starts[cell + 1] : points; i < end; ++i) {
            const float *__restrict row = features + feature[i] * C;
            float *__restrict out = of_features + feature[i] * C;
            float weight = depth[index[i]], sum = 0;
            for (int64_t c = 0; c < C; ++c) {
                sum += row[c] * gradient[c];
                out[c] += weight * gradient[c];
            }
            of_depth[index[i]] = sum;
        }
    }
}

template <class F>
auto dispatch(const at::Tensor &x, F f) {
    if (x.scalar_type() == at::kBFloat16) return f(uint16_t());
    TORCH_CHECK(x.scalar_type() == at::kFloat, "maps are float or bfloat16");
    return f(float());
}

int64_t pixels(const at::Tensor &x) { return x.numel() / x.size(1); }
template <class T>
T *data(const at::Tensor &x) { return static_cast<T *>(x.data_ptr()); }
const float *floats(const at::Tensor &x) { return x.defined() ? x.data_ptr<float>() : nullptr; }

}  // namespace

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
    m.def("pool", [](at::Tensor depth, at::Tensor features, at::Tensor index, at::Tensor feature, at::Tensor starts) {
        auto y = at::empty({starts.numel(), features.size(1)}, at::kFloat);
        pool(floats(depth), floats(features), index.data_ptr<int64_t>(), feature.data_ptr<int64_t>(), starts.data_ptr<int64_t>(),
             starts.numel(), index.numel(), features.size(1), y.data_ptr<float>());
        return y;
    });
    m.def("pool_backward", [](at::Tensor depth, at::Tensor features, at::Tensor g, at::Tensor index, at::Tensor feature, at::Tensor starts) {
        auto of_depth = at::zeros_like(depth), of_features = at::zeros_like(features);
        pool_backward(floats(depth), floats(features), floats(g), index.data_ptr<int64_t>(), feature.data_ptr<int64_t>(),
                      starts.data_ptr<int64_t>(), starts.numel(), index.numel(), features.size(1), of_depth.data_ptr<float>(),
                      of_features.data_ptr<float>());
        return std::vector<at::Tensor>{of_depth, of_features};
    });
    m.def("moments", [](at::Tensor x) {
        return dispatch(x, [&](auto t) { return moments(data<decltype(t)>(x), pixels(x), x.size(1)); });
    });
    m.def("affine_prelu", [](at::Tensor x, at::Tensor scale, at::Tensor shift, at::Tensor slope, at::Tensor after) {
        auto y = at::empty_like(x);
        dispatch(x, [&](auto t) {
            using T = decltype(t);
            affine_prelu(data<T>(x), data<T>(y), pixels(x), x.size(1), floats(scale), floats(shift), floats(slope), floats(after));
            return 0;
        });
        return y;
    });
    m.def("affine_prelu_backward", [](at::Tensor x, at::Tensor g, at::Tensor scale, at::Tensor shift, at::Tensor slope,
                                      std::optional<at::Tensor> mean, std::optional<at::Tensor> invstd) {
        auto dx = at::empty_like(x);
        auto s = dispatch(x, [&](auto t) {
            using T = decltype(t);
            return affine_prelu_backward(
                data<T>(x), data<T>(g), data<T>(dx), pixels(x), x.size(1), floats(scale), floats(shift), floats(slope),
                mean ? floats(*mean) : nullptr, invstd ? floats(*invstd) : nullptr);
        });
        s.insert(s.begin(), dx);
        return s;
    });
    m.def("move_sign", [](at::Tensor x, at::Tensor k, at::Tensor b) {
        auto y = at::empty_like(x);
        dispatch(x, [&](auto t) {
            using T = decltype(t);
            move_sign(data<T>(x), data<T>(y), pixels(x), x.size(1), floats(k), floats(b));
            return 0;
        });
        return y;
    });
    m.def("move_sign_backward", [](at::Tensor x, at::Tensor g, at::Tensor k, at::Tensor b, double beta) {
        auto dx = at::empty_like(x);
        auto s = dispatch(x, [&](auto t) {
            using T = decltype(t);
            return move_sign_backward(data<T>(x), data<T>(g), data<T>(dx), pixels(x), x.size(1), floats(k), floats(b), float(beta));
        });
        s.insert(s.begin(), dx);
        return s;
    });
}
