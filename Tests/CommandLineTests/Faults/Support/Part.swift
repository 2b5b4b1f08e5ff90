/// What is injected: each part is a test of the same name, and `scripts/test --soak=PART` finds the names here.
enum Part: String {
  case killedRank
  case killedMPIRun
  case killedWrite
  case failedWrite
  case fullDisk
  case hangingRank
  case nonFinite
  case stopRequest
  case terminated
  case otherRanks
  case flippedBit
  case truncated
  case damagedNewest
  case badImage
  case unlikeRanks
  case midEpoch
}
