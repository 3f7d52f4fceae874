// The error that native code throws: a code of src/util/errors.ts and a message. The guard at the boundary turns it into a BornAgainError.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace bornagain {

class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  [[nodiscard]] const std::string& code() const noexcept { return code_; }

 private:
  std::string code_;
};

}  // namespace bornagain
