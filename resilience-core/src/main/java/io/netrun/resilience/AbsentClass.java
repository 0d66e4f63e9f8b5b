package io.netrun.resilience;

/** Selects no failure: the class does not exist in this application. */
record AbsentClass(String name) implements FailureMatcher {

    AbsentClass {
        if (name.isBlank()) {
            throw new IllegalArgumentException("className is blank: must be the name of a class");
        }
    }

    @Override
    public boolean matches(Throwable failure) {
        return false;
    }

    @Override
    public boolean isAbsent() {
        return true;
    }

    @Override
    public String toString() {
        return name;
    }
}
