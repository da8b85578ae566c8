#include "rendezvous/client/session.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bootstrap/base/resolve.h"
#include "rendezvous/core/text.h"
#include "rendezvous/wire/address.h"
#include "rendezvous/wire/codec.h"

namespace sm::rendezvous {
namespace {

// A host that drops our packets must not use up the time for its other addresses.
constexpr absl::Duration kConnectTimeout = absl::Seconds(5);
// The leader's own deadline brings a better message than ours: it knows who is missing.
constexpr absl::Duration kLeaderMargin = absl::Seconds(5);
constexpr size_t kMaxQuotedStatusBytes = 300;

// In the words of people. gRPC wraps the system's error in its own prose.
std::string Explain(const grpc::Status& status) {
  const std::string& text = status.error_message();
  if (absl::StrContains(text, "Connection refused")) return "connection refused";
  if (absl::StrContains(text, "No route to host")) return "no route to host";
  if (absl::StrContains(text, "Network is unreachable")) return "network is unreachable";
  if (absl::StrContains(text, "Connection timed out")) return "connection timed out";
  if (absl::StrContains(text, "Connection reset")) return "connection reset";
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return "what answers there is another gRPC server";
  }
  if (status.ok() || text.empty()) return "the stream was closed";
  return Bounded(text, kMaxQuotedStatusBytes);
}

Client::Options WithoutWorker(Client::Options options) {
  options.worker.reset();
  return options;
}

bool IsLast(const LeaderMessage& message) {
  return std::holds_alternative<Refusal>(message) || std::holds_alternative<Verdict>(message);
}

bool Binds(const LeaderMessage& message) {
  return std::holds_alternative<World>(message) || std::holds_alternative<EndOrder>(message);
}

}  // namespace

Session::Session(Client::Options options, Client::EventSink sink)
    : weak_worker_(options.worker),
      worker_(*options.worker),
      options_(WithoutWorker(std::move(options))),
      sink_(std::move(sink)),
      started_(options_.clock->Now()) {}

void Session::At(MonotonicTime time, void (Session::*member)()) {
  worker_.At(time, [weak = weak_from_this(), member] {
    if (auto self = weak.lock()) ((*self).*member)();
  });
}

void Session::Begin() {
  At(options_.deadline, &Session::OnDeadline);
  progress_.Start(Now());
  ScheduleReport();
  StartRound();
}

// --- Attempts -----------------------------------------------------------------------------------

void Session::StartRound() {
  if (ended_) return;
  // The resolver may answer when all of us is gone, the worker too.
  auto answer = [worker = weak_worker_, weak = weak_from_this()](auto addresses) {
    std::shared_ptr<Worker> alive = worker.lock();
    if (alive == nullptr) return;
    alive->Post([weak, addresses = std::move(addresses)] {
      if (auto self = weak.lock()) self->OnResolved(addresses);
    });
  };
  Resolve(options_.leader_host, std::move(answer));
}

void Session::OnResolved(absl::StatusOr<std::vector<std::string>> addresses) {
  if (ended_) return;
  next_address_ = 0;
  if (addresses.ok()) {
    addresses_ = *std::move(addresses);
    return DialNext();
  }
  addresses_.clear();
  OnFailedAttempt(absl::StrCat(addresses.status().message()));
}

void Session::DialNext() {
  if (ended_) return;
  std::string target = DialTarget(addresses_[next_address_++], options_.leader_port);
  ++attempts_;
  cut_because_.clear();
  dialled_at_ = Now();
  link_ = Link::Dial(target, Encode(HostMessage(options_.hello)), LinkListener());
  for (const grpc::ByteBuffer& bytes : unbound_messages_) link_->Send(bytes);
  At(dialled_at_ + kConnectTimeout, &Session::CheckConnected);
}

// There is one link at a time: what it tells belongs to the present attempt.
Link::Listener Session::LinkListener() {
  Link::Listener listener;
  Worker* worker = &worker_;
  listener.on_message = [worker, weak = weak_from_this()](const grpc::ByteBuffer& bytes) {
    worker->Post([weak, bytes] {
      if (auto self = weak.lock()) self->OnMessage(bytes);
    });
  };
  listener.on_end = [worker, weak = weak_from_this()](std::shared_ptr<Link> link,
                                                      const grpc::Status& status) {
    worker->Post([weak, link = std::move(link), status] {
      if (auto self = weak.lock()) self->OnLinkEnd(status);
    });
  };
  return listener;
}

void Session::CheckConnected() {
  if (ended_ || link_ == nullptr || Now() < dialled_at_ + kConnectTimeout) return;
  if (link_->connected()) return;
  cut_because_ = absl::StrCat("no answer within ", HumanDuration(kConnectTimeout));
  link_->Cancel();
}

void Session::OnLinkEnd(const grpc::Status& status) {
  link_.reset();
  if (closed_) return std::exchange(closed_, nullptr)();
  if (ended_) return;
  std::string why = cut_because_.empty() ? Explain(status) : cut_because_;
  if (!bound_) return OnFailedAttempt(why);
  End(LeaderLost{absl::StrCat("lost the leader ", Leader(), ": ", why)});
}

void Session::OnFailedAttempt(const std::string& why) {
  if (why != last_error_) progress_.MarkChanged();
  last_error_ = why;
  if (past_deadline_) return End(JoinTimedOut{DescribeTimeout()});
  ScheduleReport();
  if (next_address_ < addresses_.size()) return DialNext();
  At(Now() + backoff_.Next(random_), &Session::StartRound);
}

// --- The stream ---------------------------------------------------------------------------------

void Session::OnMessage(const grpc::ByteBuffer& bytes) {
  if (ended_) return;
  absl::StatusOr<LeaderMessage> message = DecodeLeaderMessage(bytes, options_.hosts);
  if (!message.ok()) {
    cut_because_ = absl::StrCat("it does not speak our language: ", message.status().message());
    return link_->Cancel();
  }
  backoff_.Reset();
  if (Binds(*message)) Bind();
  bool last = IsLast(*message);
  auto event = std::visit([](auto& kind) { return ClientEvent(std::move(kind)); }, *message);
  if (last) return End(std::move(event));
  sink_(std::move(event));
}

void Session::Bind() {
  bound_ = true;
  unbound_messages_ = {};
  progress_.Stop();
}

void Session::Send(const HostMessage& message) {
  if (ended_) return;
  grpc::ByteBuffer bytes = Encode(message);
  if (link_ != nullptr) link_->Send(bytes);
  if (!bound_) unbound_messages_.push_back(bytes);
}

// --- The end ------------------------------------------------------------------------------------

void Session::OnDeadline() {
  if (ended_ || bound_) return;
  if (!past_deadline_ && link_ != nullptr && link_->connected()) {
    past_deadline_ = true;
    return At(Now() + kLeaderMargin, &Session::OnDeadline);
  }
  End(JoinTimedOut{DescribeTimeout()});
}

// After a last word of the leader's the stream ends by itself.
void Session::End(ClientEvent last) {
  bool ours = std::holds_alternative<JoinTimedOut>(last);
  ended_ = true;
  sink_(std::move(last));
  if (ours && link_ != nullptr) link_->Cancel();
}

void Session::Close(std::function<void()> closed) {
  ended_ = true;
  if (link_ == nullptr) return closed();
  closed_ = std::move(closed);
  link_->Cancel();
}

// --- What people read ---------------------------------------------------------------------------

std::string Session::Leader() const {
  std::vector<std::string> where;
  for (const std::string& address : addresses_) {
    where.push_back(HostPort(address, options_.leader_port));
  }
  if (where.empty()) {
    return absl::StrCat(options_.leader_host, " (port ", options_.leader_port, ")");
  }
  std::string list = absl::StrJoin(where, ", ");
  if (addresses_[0] == options_.leader_host) return list;
  return absl::StrCat(options_.leader_host, " (", list, ")");
}

std::string Session::DescribeTimeout() const {
  std::string waited = HumanDuration(Now() - started_);
  if (link_ != nullptr && link_->connected()) {
    return absl::StrCat("the leader ", Leader(), " answered, but made no world within ", waited);
  }
  return Bounded(absl::StrCat("cannot join the leader ", Leader(), ": ",
                              last_error_.empty() ? "no answer" : last_error_, " (tried for ",
                              waited, ", ", Count(attempts_, "attempt"), ")"),
                 kMaxMessageBytes);
}

void Session::ScheduleReport() {
  if (report_scheduled_ || progress_.Due() == MonotonicTime::InfiniteFuture()) return;
  report_scheduled_ = true;
  At(progress_.Due(), &Session::Report);
}

void Session::Report() {
  report_scheduled_ = false;
  // While a leader is there it is the one who tells how far the others are.
  if (ended_ || bound_ || (link_ != nullptr && link_->connected())) return;
  if (progress_.Due() <= Now()) {
    progress_.MarkSent(Now());
    std::string why = last_error_.empty() ? "no answer yet" : last_error_;
    sink_(Progress{
        Bounded(absl::StrCat("waiting for the leader ", Leader(), ": ", why), kMaxMessageBytes)});
  }
  ScheduleReport();
}

}  // namespace sm::rendezvous
