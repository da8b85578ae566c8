// Drives a Coordinator by a clock of whole seconds and keeps what each attendee was told.
#ifndef SM_TESTS_RENDEZVOUS_COORDINATOR_DRIVER_H_
#define SM_TESTS_RENDEZVOUS_COORDINATOR_DRIVER_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rendezvous/core/coordinator.h"

namespace sm::rendezvous {

inline MonotonicTime At(int seconds) { return MonotonicTime::SinceBoot(absl::Seconds(seconds)); }

struct Told {
  LeaderMessage message;
  bool last = false;
};

class Driver {
 public:
  // Hosts algo-1 … algo-n; the join deadline is at 900 s, everything else as by default.
  static Coordinator::Options DefaultOptions(int n) {
    Coordinator::Options options;
    for (int i = 1; i <= n; ++i) options.hosts.push_back(absl::StrCat("algo-", i));
    options.deadline = At(900);
    options.master_port = 29500;
    options.run_id = 42;
    return options;
  }

  explicit Driver(const Coordinator::Options& options) : core(options, At(0)) {}
  explicit Driver(int n) : Driver(DefaultOptions(n)) {}

  static Hello MakeHello(const std::string& host, uint64_t incarnation = 1) {
    Hello hello;
    hello.host = host;
    hello.version = "1.0";
    hello.incarnation = incarnation;
    hello.address = "10.0.0.1";
    return hello;
  }

  AttendeeId Open() {
    AttendeeId id = ++last_id_;
    told[id];
    Keep(core.Handle(Opened{id, absl::StrCat("10.0.0.", id, ":99")}, now()));
    return id;
  }
  AttendeeId Join(const Hello& hello) {
    AttendeeId id = Open();
    Say(id, hello);
    return id;
  }
  AttendeeId Join(const std::string& host) { return Join(MakeHello(host)); }
  std::vector<AttendeeId> JoinAll(int n) {
    std::vector<AttendeeId> ids;
    for (int i = 1; i <= n; ++i) ids.push_back(Join(absl::StrCat("algo-", i)));
    return ids;
  }
  void Say(AttendeeId id, HostMessage message) {
    Keep(core.Handle(Said{id, std::move(message)}, now()));
  }
  void Garble(AttendeeId id) { Keep(core.Handle(Garbled{id, "no message at all"}, now())); }
  void Leave(AttendeeId id) { Keep(core.Handle(Left{id}, now())); }

  // Moves the clock on, with a Tick() at every second.
  void Advance(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      ++seconds_;
      Tick();
    }
  }
  void Tick() { Keep(core.Tick(now())); }

  MonotonicTime now() const { return At(seconds_); }

  // How often, and what last, an attendee was told of kind T.
  template <typename T>
  int CountOf(AttendeeId id) const {
    int count = 0;
    for (const Told& entry : told.at(id)) count += std::holds_alternative<T>(entry.message) ? 1 : 0;
    return count;
  }
  template <typename T>
  T Latest(AttendeeId id) const {
    T latest{};
    for (const Told& entry : told.at(id)) {
      if (auto* found = std::get_if<T>(&entry.message)) latest = *found;
    }
    return latest;
  }

  Coordinator core;
  std::map<AttendeeId, std::vector<Told>> told;
  std::vector<Note> notes;

 private:
  void Keep(Decision decision) {
    for (Outgoing& outgoing : decision.outgoing) {
      for (AttendeeId id : outgoing.to) told[id].push_back({outgoing.message, outgoing.last});
    }
    for (Note& note : decision.notes) notes.push_back(std::move(note));
  }

  int seconds_ = 0;
  AttendeeId last_id_ = 0;
};

}  // namespace sm::rendezvous

#endif  // SM_TESTS_RENDEZVOUS_COORDINATOR_DRIVER_H_
