#include "rendezvous/client/link.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "rendezvous/wire/channel_args.h"
#include "rendezvous/wire/codec.h"

namespace sm::rendezvous {

std::shared_ptr<Link> Link::Dial(const std::string& target, const grpc::ByteBuffer& first,
                                 Listener listener) {
  auto link = std::make_shared<Link>(target, std::move(listener));
  link->Begin(first);
  return link;
}

Link::Link(const std::string& target, Listener listener)
    : channel_(grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(),
                                         ClientChannelArguments())),
      listener_(std::move(listener)) {}

void Link::Begin(const grpc::ByteBuffer& first) {
  self_ = shared_from_this();
  {
    MutexLock lock(mu_);
    outgoing_ = first;
    writing_ = true;
  }
  context_.set_initial_metadata_corked(true);  // it travels with `first`
  grpc::GenericStub stub(channel_);
  stub.PrepareBidiStreamingCall(&context_, kAttendMethod, grpc::StubOptions(), this);
  // Messages are sent from other threads than gRPC's: the call must not end between the decision to
  // write and the write. This hold goes when reading has ended.
  AddHold();
  StartWrite(&outgoing_);
  StartRead(&incoming_);
  StartCall();
}

bool Link::connected() const {
  return channel_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY;
}

bool Link::TakeNext() {
  if (broken_) queue_.clear();
  if (writing_ || queue_.empty()) return false;
  outgoing_ = queue_.front();
  queue_.pop_front();
  writing_ = true;
  return true;
}

void Link::Send(const grpc::ByteBuffer& bytes) {
  {
    MutexLock lock(mu_);
    if (broken_) return;
    queue_.push_back(bytes);
    if (!TakeNext()) return;
    AddHold();
  }
  StartWrite(&outgoing_);
  RemoveHold();
}

void Link::OnReadDone(bool ok) {
  if (ok) {
    listener_.on_message(incoming_);
    incoming_.Clear();
    return StartRead(&incoming_);
  }
  {
    MutexLock lock(mu_);
    broken_ = true;
    queue_.clear();
  }
  RemoveHold();
}

void Link::OnWriteDone(bool ok) {
  {
    MutexLock lock(mu_);
    writing_ = false;
    outgoing_.Clear();
    if (!ok) broken_ = true;
    if (!TakeNext()) return;
  }
  StartWrite(&outgoing_);  // from a reaction: the call cannot end before it returns
}

void Link::OnDone(const grpc::Status& status) {
  Listener listener = std::move(listener_);  // another thread may destroy the link before we return
  listener.on_end(std::move(self_), status);
}

}  // namespace sm::rendezvous
