#include "report/findings.hpp"

#include <algorithm>
#include <cmath>

#include "report/duel.hpp"
#include "report/words.hpp"
#include "text.hpp"

namespace weir::bench::html {
namespace {

const Entry* cheapest(const Row& row, Role role) {
  const Entry* found = nullptr;
  for (const Entry& entry : row.entries) {
    if (entry.role != role || !has_result(entry)) continue;
    if (found == nullptr || entry.median() < found->median()) found = &entry;
  }
  return found;
}

void add(std::string& list, std::string_view between, std::string_view item) {
  if (!list.empty()) list += between;
  list += item;
}

// "weir asio, weir epoll: no result; weir select: not measured"
std::string why_not(const Row& row) {
  std::string doubtful;
  std::string skipped;
  bool any = false;
  for (const Entry& entry : row.entries) {
    if (!is_weir(entry)) continue;
    any = true;
    if (!has_result(entry)) add(entry.is_measured() ? doubtful : skipped, ", ", entry.name);
  }
  if (!any) return "weir is not in this row";
  std::string text;
  if (!doubtful.empty()) text = doubtful + ": no result";
  if (!skipped.empty()) add(text, "; ", skipped + ": not measured");
  return text;
}

// "0.95 to 0.99"
std::string range_of(const Spread& ratio) {
  return fixed(ratio.lowest, 2) + " to " + fixed(ratio.highest, 2);
}

// "12% less than libuv, the cheapest peer"
std::string against(const Duel& duel) {
  const std::string name =
      duel.other.name + (is_floor(duel.other) ? ", the floor" : ", the cheapest peer");
  if (duel.stand == Stand::level) return "as much as " + name;
  constexpr double many = 2;
  if (!duel.ratio) return "less than " + name;
  if (duel.ratio->median <= 0) return "more than " + name + ", which costs nothing";
  const double ratio = 1 / duel.ratio->median;
  if (ratio >= many) return digits(ratio) + " times as much as " + name;
  const double share = std::abs(ratio - 1);
  return percent(share, share < 0.0995 ? 1 : 0) + (ratio < 1 ? " less than " : " more than ") +
         name;
}

std::string with_cost(const Row& row, const Entry& entry) {
  return entry.name + " (" + figure_words(row.figure, entry.median()) + ")";
}

std::string cost_of(const Row& row, const Entry& entry) {
  return figure_words(row.figure, entry.median()) + " per " + row.per;
}

// Against the cheapest peer; `floor` is what is to be said of the floor, or empty.
std::string sentence_of(const Row& row, const Duel& duel, const std::string& floor) {
  const std::string weir = with_cost(row, duel.weir);
  const std::string also = floor.empty() ? "" : ", and " + floor;
  switch (duel.stand) {
    case Stand::below:
      return weir + " wins: " + against(duel) + also;
    case Stand::level:
      return weir + " is level with " + duel.other.name + " (" + cost_of(row, duel.other) +
             "), the cheapest peer" + (floor.empty() ? "" : "; it costs " + floor);
    case Stand::above:
      return duel.other.name + " wins with " + cost_of(row, duel.other) + ": " + weir + " costs " +
             against(duel) + also;
    case Stand::no_result:
      return "No result: " + weir + " and " + duel.other.name + " (" + cost_of(row, duel.other) +
             "), the cheapest peer, spread too far against each other (" + range_of(*duel.ratio) +
             ")" + (floor.empty() ? "" : "; " + duel.weir.name + " costs " + floor);
  }
  return {};
}

// Where no peer has a result; `floor` may be none, and `floor_words` empty where it has none.
std::string without_peer(const Row& row, const Entry* floor, const std::string& floor_words) {
  if (floor == nullptr) return "; nobody else has a result";
  return (floor_words.empty() ? "; no result against " + floor->name + ", the floor"
                              : " costs " + floor_words) +
         (has_peer(row) ? "; no peer has a result" : "");
}

Outcome outcome_of(Stand stand) {
  switch (stand) {
    case Stand::below:
      return Outcome::wins;
    case Stand::level:
      return Outcome::level;
    case Stand::above:
      return Outcome::loses;
    case Stand::no_result:
      break;
  }
  return Outcome::no_result;
}

// "0.97 of weir asio (0.95 to 0.99)", of a duel with a ratio.
std::string evidence(const Duel& duel) {
  const Spread& ratio = *duel.ratio;
  std::string notes = duel.stand == Stand::level ? "level" : "";
  if (duel.weir.rounds.size() > 1) {
    add(notes, ", ", range_of(ratio));
  }
  return fixed(ratio.median, 2) + " of " + duel.weir.name +
         (notes.empty() ? "" : " (" + notes + ")");
}

}  // namespace

bool has_peer(const Row& row) {
  return std::ranges::find(row.entries, Role::peer, &Entry::role) != row.entries.end();
}

Finding finding_of(const Row& row, double max_spread) {
  const Entry* weir = cheapest(row, Role::weir);
  const std::string why = why_not(row);
  if (weir == nullptr) return {.sentence = "No result: " + why + "."};
  const std::string rest = why.empty() ? "." : ". Besides: " + why + ".";
  Finding finding;
  const Entry* floor = cheapest(row, Role::floor);
  std::string floor_words;
  if (floor != nullptr) {
    const Duel duel = duel_of(row, *weir, *floor, max_spread);
    if (duel.stand != Stand::no_result) {
      floor_words = against(duel);
      if (duel.ratio && duel.ratio->median > 0) finding.of_floor = 1 / duel.ratio->median;
    }
  }
  if (const Entry* peer = cheapest(row, Role::peer)) {
    const Duel duel = duel_of(row, *weir, *peer, max_spread);
    finding.outcome = outcome_of(duel.stand);
    finding.sentence = sentence_of(row, duel, floor_words) + rest;
    return finding;
  }
  if (!has_peer(row) && !floor_words.empty()) finding.outcome = Outcome::no_peer;
  finding.sentence = with_cost(row, *weir) + without_peer(row, floor, floor_words) + rest;
  return finding;
}

std::string not_won(const Row& row, double max_spread) {
  if (!has_peer(row)) return {};
  std::string list;
  std::string without;  // peers, and weir's, without a result
  for (const Entry& other : row.entries) {
    if (!is_floor(other) && !has_result(other)) add(without, ", ", other.name);
    if (other.role != Role::peer || !has_result(other)) continue;
    std::string held;
    bool nothing = false;  // as weir, whatever the backend: said once
    for (const Entry& entry : row.entries) {
      if (!is_weir(entry) || !has_result(entry)) continue;
      const Duel duel = duel_of(row, entry, other, max_spread);
      if (duel.stand == Stand::below) continue;
      if (duel.stand == Stand::no_result) {
        add(without, ", ",
            other.name + " against " + entry.name + " (" + range_of(*duel.ratio) + ")");
        continue;
      }
      if (duel.ratio) add(held, ", ", evidence(duel));
      nothing = nothing || !duel.ratio;
    }
    if (nothing) add(held, ", ", "as little as weir");
    if (!held.empty()) add(list, "; ", other.name + " costs " + held);
  }
  if (cheapest(row, Role::weir) == nullptr) return weir_without_result;
  if (!without.empty()) add(list, "; ", "no result: " + without);
  return list;
}

}  // namespace weir::bench::html
