// MPI's constants are macros over casts and addresses, which Swift cannot import: each is a function here.
#pragma once
#include <mpi.h>
#include <stddef.h>

// Communicators. MPI 3.1 §6.2.4.
static inline MPI_Comm cmpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm cmpi_comm_null(void) { return MPI_COMM_NULL; }
static inline int cmpi_comm_type_shared(void) { return MPI_COMM_TYPE_SHARED; }

// Info. MPI 3.1 §9.
static inline MPI_Info cmpi_info_null(void) { return MPI_INFO_NULL; }

// Error handlers and return codes. MPI 3.1 §8.3, §8.4.
static inline MPI_Errhandler cmpi_errors_return(void) { return MPI_ERRORS_RETURN; }
static inline int cmpi_success(void) { return MPI_SUCCESS; }
static inline int cmpi_max_error_string(void) { return MPI_MAX_ERROR_STRING; }

// Thread levels. MPI 3.1 §12.4.3.
static inline int cmpi_thread_single(void) { return MPI_THREAD_SINGLE; }
static inline int cmpi_thread_funneled(void) { return MPI_THREAD_FUNNELED; }
static inline int cmpi_thread_serialized(void) { return MPI_THREAD_SERIALIZED; }
static inline int cmpi_thread_multiple(void) { return MPI_THREAD_MULTIPLE; }

// Requests and statuses. MPI 3.1 §3.7.
static inline MPI_Request cmpi_request_null(void) { return MPI_REQUEST_NULL; }
static inline MPI_Status *cmpi_status_ignore(void) { return MPI_STATUS_IGNORE; }

// Buffers. MPI 3.1 §5.2.1 (the sender's own place).
static inline void *cmpi_in_place(void) { return MPI_IN_PLACE; }

// Datatypes. MPI 3.1 §3.2.2.
static inline MPI_Datatype cmpi_byte(void) { return MPI_BYTE; }
static inline MPI_Datatype cmpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype cmpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype cmpi_int32(void) { return MPI_INT32_T; }
static inline MPI_Datatype cmpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Datatype cmpi_uint64(void) { return MPI_UINT64_T; }

// Reductions. MPI 3.1 §5.9.2.
static inline MPI_Op cmpi_sum(void) { return MPI_SUM; }
static inline MPI_Op cmpi_min(void) { return MPI_MIN; }
static inline MPI_Op cmpi_max(void) { return MPI_MAX; }

// Names. MPI 3.1 §8.1.2.
static inline int cmpi_max_processor_name(void) { return MPI_MAX_PROCESSOR_NAME; }
