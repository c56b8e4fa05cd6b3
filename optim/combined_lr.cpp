#include <reel/optim/combined_lr.h>

#include <algorithm>

namespace reel::optim {

Optimizer& CombinedLR::optimizer_of(const char* name, const std::vector<LRScheduler*>& schedulers) {
  REEL_CHECK(!schedulers.empty(), name, ": it was given no schedulers; it combines one or more.");
  for (size_t i = 0; i < schedulers.size(); ++i) {
    REEL_CHECK(schedulers[i], name, ": scheduler ", i, " is a null pointer.");
    REEL_CHECK(&schedulers[i]->optimizer() == &schedulers[0]->optimizer(), name, ": scheduler ", i,
               " is of another optimizer than scheduler 0; all must be of one.");
  }
  return schedulers[0]->optimizer();
}

CombinedLR::CombinedLR(const char* name, std::vector<LRScheduler*> schedulers)
    : LRScheduler(optimizer_of(name, schedulers)), schedulers_(std::move(schedulers)) {}

OrderedDict<std::string, Tensor> CombinedLR::state_dict() const {
  OrderedDict<std::string, Tensor> dict = LRScheduler::state_dict();
  for (size_t i = 0; i < schedulers_.size(); ++i)
    for (const auto& item : schedulers_[i]->state_dict())
      dict.insert(as_text("schedulers.", i, ".", item.key()), item.value());
  return dict;
}

void CombinedLR::load_state_dict(const OrderedDict<std::string, Tensor>& state) {
  // Every schedule must know all groups, for its state of before to be one that it takes back.
  for (LRScheduler* scheduler : schedulers_) scheduler->meet_groups();
  meet_groups();
  const OrderedDict<std::string, Tensor> before = CombinedLR::state_dict();
  try {
    load_all(state);
  } catch (...) {
    load_all(before);
    throw;
  }
}

void CombinedLR::load_all(const OrderedDict<std::string, Tensor>& state) {
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    const std::string name = as_text("schedulers.", i), prefix = name + ".";
    OrderedDict<std::string, Tensor> part(as_text(state.key_description(), " '", name, "'"));
    for (const auto& item : state)
      if (item.key().rfind(prefix, 0) == 0)
        part.insert(item.key().substr(prefix.size()), item.value());
    schedulers_[i]->load_state_dict(part);
  }
  LRScheduler::load_state_dict(state);  // has the last word on the rates
}

ChainedScheduler::ChainedScheduler(std::vector<LRScheduler*> schedulers)
    : CombinedLR("ChainedScheduler", std::move(schedulers)) {}

void ChainedScheduler::step() {
  for (LRScheduler* scheduler : schedulers()) scheduler->step();
  CombinedLR::step();
}

void ChainedScheduler::begin() {
  CombinedLR::begin();
  for (size_t i = 0; i < schedulers().size(); ++i) begin_at(i);
}

SequentialLR::SequentialLR(Optimizer& optimizer, std::vector<LRScheduler*> schedulers,
                           std::vector<int64_t> milestones)
    : CombinedLR("SequentialLR", std::move(schedulers)), milestones_(std::move(milestones)) {
  REEL_CHECK(&optimizer == &this->optimizer(),
             "SequentialLR: the schedulers are of another optimizer than it was given.");
  REEL_CHECK(milestones_.size() + 1 == this->schedulers().size(), "SequentialLR: there are ",
             this->schedulers().size(), " schedulers and ", milestones_.size(),
             " milestones; there must be one less.");
  for (size_t i = 0; i < milestones_.size(); ++i)
    REEL_CHECK(milestones_[i] > (i > 0 ? milestones_[i - 1] : 0), "SequentialLR: milestone ", i,
               " is ", milestones_[i], "; each must be above the one before, and above 0.");
  restart();
}

void SequentialLR::begin() {
  CombinedLR::begin();
  begin_at(0);
}

void SequentialLR::step() {
  CombinedLR::step();
  const auto next = std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch());
  const auto index = static_cast<size_t>(next - milestones_.begin());
  LRScheduler& scheduler = *schedulers()[index];
  if (index > 0 && milestones_[index - 1] == last_epoch())
    scheduler.restart();
  else
    scheduler.step();
}

}  // namespace reel::optim
