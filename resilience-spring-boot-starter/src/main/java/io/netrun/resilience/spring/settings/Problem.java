package io.netrun.resilience.spring.settings;

/**
 * Something wrong with the configuration or the annotated code.
 *
 * @param description what is wrong, with the field, the value and where it was said
 * @param remedy what to do about it
 */
public record Problem(String description, String remedy) {}
