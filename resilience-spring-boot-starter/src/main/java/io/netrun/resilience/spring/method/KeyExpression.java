package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/** The expression that returns the key of a call. Thread-safe. */
final class KeyExpression {

    /** The key of calls for which the expression yields null or a blank text: they share an instance. */
    static final String NO_KEY = "(none)";

    /** Whether the text of a class's objects differs from object to object, and so is no key. */
    private static final ClassValue<Boolean> WITHOUT_TEXT = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                return type.isArray() || type.getMethod("toString").getDeclaringClass() == Object.class;
            } catch (NoSuchMethodException | LinkageError unknown) {
                return false;
            }
        }
    };

    private final String text;
    private final String where;
    private final ArgumentExpression expression;

    private KeyExpression(String text, String where, ArgumentExpression expression) {
        this.text = text;
        this.where = where;
        this.expression = expression;
    }

    /**
     * Parses an expression.
     *
     * @param title the annotation, such as {@code @Bulkhead}
     * @throws ResilienceConfigurationException if it is wrong, or refers to what does not exist
     */
    static KeyExpression of(String text, String title, Method method, Class<?> userClass, BeanFactory beans) {
        String where =
                userClass.getName() + "." + UserClasses.name(method, userClass) + ": key '" + text + "' of " + title;
        return new KeyExpression(
                text, where, ArgumentExpression.of(text, where, "Remove the key", method, userClass, beans));
    }

    /** The expression as it is written. */
    String text() {
        return text;
    }

    /**
     * The key of a call; {@link #NO_KEY} if it is null or blank.
     *
     * @throws PolicyKeyException if the expression fails, or its result has no text of its own
     */
    String of(@Nullable Object[] values) {
        Object value;
        String key;
        try {
            value = expression.valueOf(values);
            key = value == null ? "" : String.valueOf(value);
        } catch (RuntimeException | Error failure) {
            throw new PolicyKeyException(where + " failed; the call was not made: " + failure, failure);
        }
        if (value != null && WITHOUT_TEXT.get(value.getClass())) {
            throw invalid(new IllegalArgumentException("a " + value.getClass().getTypeName()
                    + " has another text for each object; write an expression for one of its values"));
        }
        return key == null || key.isBlank() ? NO_KEY : key;
    }

    /** The exception for a key that cannot be part of a name. */
    PolicyKeyException invalid(IllegalArgumentException failure) {
        return new PolicyKeyException(
                where + " yields a key that cannot be part of a name; the call was not made: " + failure.getMessage(),
                failure);
    }

    @Override
    public String toString() {
        return text;
    }
}
