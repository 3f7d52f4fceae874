// Memory that a step reuses: it grows geometrically and never shrinks, so that after warm-up a step allocates nothing. Contents are
// undefined after growth.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace bornagain {

template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t size) { ensure(size); }

  // At least `size` elements. Invalidates pointers when it grows. Throws std::bad_alloc.
  T* ensure(int64_t size) {
    if (size > capacity_) {
      const int64_t capacity = std::max(size, capacity_ + capacity_ / 2);
      // Whole cache lines, and one vector more: kernels may read a vector past a row's end.
      const size_t bytes = (static_cast<size_t>(capacity) * sizeof(T) + 127) / 64 * 64;
      data_.reset();
      capacity_ = 0;
      data_.reset(static_cast<T*>(std::aligned_alloc(64, bytes)));
      if (data_ == nullptr) throw std::bad_alloc();
      capacity_ = capacity;
    }
    return data_.get();
  }

  [[nodiscard]] T* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* data) const { std::free(data); }  // NOLINT(cppcoreguidelines-owning-memory): the deleter
  };
  std::unique_ptr<T[], Free> data_;
  int64_t capacity_ = 0;
};

}  // namespace bornagain
