package io.netrun.resilience.spring.pattern;

import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A type of code that settings of a pattern can name.
 *
 * @param type the functional interface
 * @param naming creates an object that calls the code with that name, which it looks up with the first call; a
 *     {@link NamedCode}
 * @param <T> the functional interface
 */
public record CodeSetting<T>(Class<T> type, BiFunction<String, Supplier<T>, T> naming) {}
