import Files
import GAN
import ImageIO
import Numerics

// How the errors of the other modules end the program.

extension InstructionSetError: ExplainedError {
  package var code: ExitCode { .usage }
  package var message: String { description }
}

extension ShapeError: ExplainedError {
  package var code: ExitCode { .usage }
  package var message: String { description }
}

extension ImageError: ExplainedError {
  package var code: ExitCode { isSystemError ? .inputOutput : .badData }
  package var message: String { description }
}

extension FileError: ExplainedError {
  package var code: ExitCode {
    switch self {
    case .system, .notAFolder: .inputOutput
    case .missing, .notAFile, .damaged, .unsuitable, .foreign: .badData
    }
  }
  package var message: String { description }
}

extension NonFiniteValue: ExplainedError {
  package var code: ExitCode { .internalError }
  package var message: String { description }
}
