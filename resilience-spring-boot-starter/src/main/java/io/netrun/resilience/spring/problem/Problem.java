package io.netrun.resilience.spring.problem;

/**
 * Something wrong with the configuration or the annotated code.
 *
 * @param description what is wrong, with the field, the value and where it was said
 * @param remedy what to do about it
 * @param tolerable whether the application can run all the same, though less protected than it looks
 */
public record Problem(String description, String remedy, boolean tolerable) {

    /** A problem that the application can not run with. */
    public Problem(String description, String remedy) {
        this(description, remedy, false);
    }

    /** A problem that the application can run with, if its operator wants it to. */
    public static Problem tolerable(String description, String remedy) {
        return new Problem(description, remedy, true);
    }
}
