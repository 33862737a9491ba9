// What a function takes: its parameters as a list of types. Layer: routing.
// For functions, lambdas that are not generic, and objects with one call operator.
#pragma once

#include <cstddef>
#include <type_traits>

namespace weir {

template <class... T>
struct Types {
  static constexpr std::size_t size = sizeof...(T);
};

template <class F>
struct ParametersOf {};
template <class R, class... P>
struct ParametersOf<R(P...)> {
  using List = Types<P...>;
};
template <class R, class... P>
struct ParametersOf<R(P...) noexcept> : ParametersOf<R(P...)> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...)> : ParametersOf<R(P...)> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...) const> : ParametersOf<R(P...)> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...) noexcept> : ParametersOf<R(P...)> {};
template <class R, class C, class... P>
struct ParametersOf<R (C::*)(P...) const noexcept> : ParametersOf<R(P...)> {};
template <class F>
requires std::is_function_v<std::remove_pointer_t<F>>
struct ParametersOf<F*> : ParametersOf<F> {
};
template <class F>
requires requires { &F::operator(); }
struct ParametersOf<F> : ParametersOf<decltype(&F::operator())> {};

/// One call operator, whose parameters can be read.
template <class F>
concept PlainCallable = requires {
  typename ParametersOf<std::remove_cvref_t<F>>::List;
};

}  // namespace weir
