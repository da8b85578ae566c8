// One visitor out of several lambdas, for std::visit.
#ifndef SM_BOOTSTRAP_BASE_OVERLOADED_H_
#define SM_BOOTSTRAP_BASE_OVERLOADED_H_

namespace sm {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace sm

#endif  // SM_BOOTSTRAP_BASE_OVERLOADED_H_
