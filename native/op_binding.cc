#include "op_binding.h"

#include <algorithm>

namespace bornagain {

std::string Signature::argument(size_t place) const {
  size_t begin = text_.find('(') + 1;
  for (; place > 0; --place) begin = text_.find(", ", begin) + 2;
  return std::string(text_.substr(begin, text_.find_first_of(",)", begin) - begin));
}

size_t Signature::arguments() const { return static_cast<size_t>(std::count(text_.begin(), text_.end(), ',')) + 1; }

}  // namespace bornagain
