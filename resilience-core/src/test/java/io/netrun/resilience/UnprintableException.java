package io.netrun.resilience;

/** An exception none of whose methods can be called, as where a field that they need is null. */
final class UnprintableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
        throw new NullPointerException("getMessage");
    }

    @Override
    public synchronized Throwable getCause() {
        throw new NullPointerException("getCause");
    }

    @Override
    public String toString() {
        throw new NullPointerException("toString");
    }

    @Override
    public boolean equals(Object other) {
        throw new NullPointerException("equals");
    }

    @Override
    public int hashCode() {
        throw new NullPointerException("hashCode");
    }
}
