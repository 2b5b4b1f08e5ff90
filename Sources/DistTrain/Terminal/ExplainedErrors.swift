import Events
import GAN
import ImageIO
import ModelFiles
import Tensor

// How the errors of the other modules end the program.

extension ConfigurationError: ExplainedError {
  package var code: ExitCode { .usage }
  package var message: String { description }
}

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

extension EventFileError: ExplainedError {
  package var code: ExitCode { .inputOutput }
  package var message: String { "\(description).\(ModelFileError.advice(for: number))" }
}

extension ModelFileError: ExplainedError {
  package var code: ExitCode {
    switch self {
    case .system: .inputOutput
    case .missing, .notAFile, .damaged, .unsuitable: .badData
    }
  }
  package var message: String { description }
}

extension NonFiniteValue: ExplainedError {
  package var code: ExitCode { .internalError }
  package var message: String { description }
}
