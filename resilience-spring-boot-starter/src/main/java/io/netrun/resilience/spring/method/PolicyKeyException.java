package io.netrun.resilience.spring.method;

/** The key of a call could not be determined, or cannot be part of a name. The call was not made. */
public final class PolicyKeyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PolicyKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
