// Vectors wider than an instruction set's registers, as two halves each: GCC computes what fits no register element by element. Only for
// files under isa/.
#pragma once

#include <cstdint>
#include <type_traits>

#define BORNAGAIN_MEMBER inline __attribute__((always_inline))
#define BORNAGAIN_INLINE static BORNAGAIN_MEMBER

namespace bornagain::BORNAGAIN_ISA {

template <typename T>
struct Halves {
  using Half = T;
  T low;
  T high;
};

template <typename T>
constexpr bool kIsHalves = false;
template <typename T>
constexpr bool kIsHalves<Halves<T>> = true;

// A vector of kCount elements of type T: one register of kRegister bytes, or halves.
template <typename T, int kCount, int kRegister, bool kFits = kCount * static_cast<int>(sizeof(T)) <= kRegister>
struct VectorOf {
  using Type __attribute__((vector_size(kCount * sizeof(T)))) = T;
};
template <typename T, int kCount, int kRegister>
struct VectorOf<T, kCount, kRegister, false> {
  using Type = Halves<typename VectorOf<T, kCount / 2, kRegister>::Type>;
};

// What a vector has where sixteen lanes are one register: an element, to compute with all of them.
template <typename T>
struct ElementOf {
  using Type = std::remove_cvref_t<decltype(T{}[0])>;
};
template <typename T>
struct ElementOf<Halves<T>> {
  using Type = typename ElementOf<T>::Type;
};

template <typename T>
BORNAGAIN_INLINE Halves<T> halves(T low, T high) {
  return {low, high};
}

#define BORNAGAIN_OPERATOR(op)                                                            \
  template <typename T>                                                                   \
  BORNAGAIN_INLINE auto operator op(Halves<T> a, Halves<T> b) {                           \
    return halves(a.low op b.low, a.high op b.high);                                      \
  }                                                                                       \
  template <typename T>                                                                   \
  BORNAGAIN_INLINE auto operator op(Halves<T> a, typename ElementOf<Halves<T>>::Type b) { \
    return halves(a.low op b, a.high op b);                                               \
  }                                                                                       \
  template <typename T>                                                                   \
  BORNAGAIN_INLINE auto operator op(typename ElementOf<Halves<T>>::Type a, Halves<T> b) { \
    return halves(a op b.low, a op b.high);                                               \
  }

#define BORNAGAIN_ASSIGNMENT(op)                                     \
  template <typename T, typename B>                                  \
  BORNAGAIN_INLINE Halves<T>& operator op## = (Halves<T> & a, B b) { \
    return a = a op b;                                               \
  }

BORNAGAIN_OPERATOR(+)
BORNAGAIN_OPERATOR(-)
BORNAGAIN_OPERATOR(*)
BORNAGAIN_OPERATOR(/)
BORNAGAIN_OPERATOR(&)
BORNAGAIN_OPERATOR(|)
BORNAGAIN_OPERATOR(^)
BORNAGAIN_OPERATOR(<<)
BORNAGAIN_OPERATOR(>>)
BORNAGAIN_OPERATOR(<)
BORNAGAIN_OPERATOR(>)
BORNAGAIN_OPERATOR(>=)
BORNAGAIN_OPERATOR(==)
BORNAGAIN_ASSIGNMENT(+)
BORNAGAIN_ASSIGNMENT(*)
BORNAGAIN_ASSIGNMENT(|)
BORNAGAIN_ASSIGNMENT(^)
BORNAGAIN_ASSIGNMENT(>>)

#undef BORNAGAIN_OPERATOR
#undef BORNAGAIN_ASSIGNMENT

template <typename T>
BORNAGAIN_INLINE Halves<T> operator-(Halves<T> a) {
  return {-a.low, -a.high};
}

// mask ? a : b, lane by lane.
template <typename Mask, typename T>
BORNAGAIN_INLINE T select(Mask mask, T a, T b) {
  if constexpr (kIsHalves<T>) {
    return {select(mask.low, a.low, b.low), select(mask.high, a.high, b.high)};
  } else {
    return mask ? a : b;
  }
}

// The bits as another type; halves as halves, so that they stay in registers.
template <typename To, typename From>
BORNAGAIN_INLINE To bitcast(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  if constexpr (kIsHalves<To> && kIsHalves<From>) {
    using Half = typename To::Half;
    return {bitcast<Half>(from.low), bitcast<Half>(from.high)};
  } else {
    To to;
    __builtin_memcpy(&to, &from, sizeof to);
    return to;
  }
}

// A whole vector at p, which need not be aligned.
template <typename T>
BORNAGAIN_INLINE T loadAs(const void* p) {
  if constexpr (kIsHalves<T>) {
    using Half = typename T::Half;
    return {loadAs<Half>(p), loadAs<Half>(static_cast<const char*>(p) + sizeof(Half))};
  } else {
    T x;
    __builtin_memcpy(&x, p, sizeof x);
    return x;
  }
}

template <typename T>
BORNAGAIN_INLINE void storeAs(void* p, const T& x) {
  if constexpr (kIsHalves<T>) {
    storeAs(p, x.low);
    storeAs(static_cast<char*>(p) + sizeof(x.low), x.high);
  } else {
    __builtin_memcpy(p, &x, sizeof x);
  }
}

// Calls function(register) for all registers; what it returns, as such a vector.
template <typename Function, typename T>
BORNAGAIN_INLINE auto eachRegister(const Function& function, const T& a) {
  if constexpr (kIsHalves<T>) {
    return halves(eachRegister(function, a.low), eachRegister(function, a.high));
  } else {
    return function(a);
  }
}

}  // namespace bornagain::BORNAGAIN_ISA
