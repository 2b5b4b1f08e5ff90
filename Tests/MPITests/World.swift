import MPI
import Testing

// One suite, one rank order: every rank runs the same tests one after the other, on the main thread, so that their
// collectives meet. They pass at any number of ranks.
@Suite(.serialized) @MainActor
enum World {}

/// A number that tells rank and element apart, exact in Float.
func mark(_ rank: Int, _ element: Int) -> Float { Float(rank * 1000 + element) }

/// Uneven counts with empty contributions among them: rank r gives r mod 3.
func unevenCount(_ rank: Int) -> Int { rank % 3 }
