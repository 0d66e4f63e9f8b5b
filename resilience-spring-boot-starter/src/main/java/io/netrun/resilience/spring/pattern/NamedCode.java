package io.netrun.resilience.spring.pattern;

/**
 * Code of the application that a setting names: {@code @} and the name of a bean, or the name of a class. Its text is
 * that name; objects with the same name are equal.
 */
public interface NamedCode {

    /** The name, as the setting has it. */
    @Override
    String toString();
}
