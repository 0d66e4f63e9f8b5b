package io.netrun.resilience;

import java.util.List;

/**
 * A setting that is out of its range, or that does not go together with another one. The message names the field, its
 * value and what is allowed. For authors of policies.
 */
public final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final List<String> others;

    /**
     * Creates the exception.
     *
     * @param field the Java name of the setting, such as {@code maxDelay}
     * @param message the whole message
     * @param others the Java names of the settings that the value conflicts with; none if the value is wrong by itself
     */
    public InvalidSettingException(String field, String message, String... others) {
        super(message);
        this.field = field;
        this.others = List.of(others);
    }

    /** The Java name of the setting, such as {@code maxDelay}. */
    public String field() {
        return field;
    }

    /** The Java names of the settings that the value conflicts with; empty if the value is wrong by itself. */
    public List<String> conflictingFields() {
        return others;
    }
}
