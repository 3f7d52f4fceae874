#pragma once

namespace bornagain::test {

// Measures and prints; the arguments are those after "rate".
void printRate(int argc, const char* const* argv);

}  // namespace bornagain::test
