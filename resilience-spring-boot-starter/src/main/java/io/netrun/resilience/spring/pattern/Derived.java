package io.netrun.resilience.spring.pattern;

/**
 * A setting's value that follows from another setting.
 *
 * @param source the Java name of the setting that it follows from
 */
public record Derived(Object value, String source) {}
