package io.netrun.resilience.spring.method;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.LimitedCall;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.SettingsResolver;
import java.lang.reflect.Method;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.PropertyResolver;

/**
 * How many tokens of its rate limiter a call of a method takes: a number, or an expression over the arguments, which is
 * read and checked when the pipeline is built.
 */
public final class CallPermits {

    static final String ATTRIBUTE = "permits";

    /** Every call takes one token. */
    static final CallPermits ONE = new CallPermits(1, null, "");

    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");
    private static final int MAX_DIGITS = 9;

    private final int constant;
    private final @Nullable ArgumentExpression expression;
    private final String where;

    private CallPermits(int constant, @Nullable ArgumentExpression expression, String where) {
        this.constant = constant;
        this.expression = expression;
        this.where = where;
    }

    /**
     * Reads the attribute of an annotation.
     *
     * @param policy the rate limiter; null if it is not known
     * @throws ResilienceConfigurationException if it is neither a number in its range nor an expression
     */
    static CallPermits of(
            Declaration declaration,
            Method method,
            Class<?> userClass,
            @Nullable Policy policy,
            BeanFactory beans,
            PropertyResolver environment) {
        Object written = declaration.methodAttributes().get(ATTRIBUTE);
        if (written == null) {
            return ONE;
        }
        String where = userClass.getName() + "." + UserClasses.name(method, userClass) + ": @RateLimiter permits '"
                + written + "'";
        String text = SettingsResolver.resolved(
                        written.toString(), environment, "@RateLimiter of " + declaration.location() + ": permits")
                .trim();
        if (NUMBER.matcher(text).matches()) {
            return new CallPermits(number(text, where, policy), null, where);
        }
        return new CallPermits(
                0, ArgumentExpression.of(text, where, "Write a number such as 5", method, userClass, beans), where);
    }

    private static int number(String text, String where, @Nullable Policy policy) {
        int most = LimitedCall.mostPermits(policy);
        int value = text.length() > MAX_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(text);
        if (text.startsWith("-") || value < 1) {
            throw problem(where + " must be at least 1", "Set a number from 1, or an expression such as #batch.size()");
        }
        if (value > most || value == Integer.MAX_VALUE) {
            throw problem(
                    where + " is above the burst of its instance, " + most,
                    "Let the call take fewer tokens, or raise burst or limit of the instance");
        }
        return value;
    }

    private static ResilienceConfigurationException problem(String description, String remedy) {
        return new ResilienceConfigurationException(List.of(new Problem(description, remedy)));
    }

    /**
     * Returns the number of tokens that a call takes.
     *
     * @throws IllegalStateException if the expression fails, or does not yield a whole number
     */
    public int of(@Nullable Object[] arguments) {
        ArgumentExpression evaluated = expression;
        return evaluated == null ? constant : evaluate(evaluated, arguments);
    }

    private int evaluate(ArgumentExpression evaluated, @Nullable Object[] arguments) {
        Object value;
        try {
            value = evaluated.valueOf(arguments);
        } catch (RuntimeException failed) {
            throw new IllegalStateException(where + " cannot be evaluated: " + failed.getMessage(), failed);
        }
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).intValue();
        }
        if (value instanceof Long number) {
            return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
        }
        throw new IllegalStateException(where + " must yield a whole number, and has yielded "
                + (value == null ? "null" : value.getClass().getName()));
    }
}
