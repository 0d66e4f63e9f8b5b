package io.netrun.resilience.spring.method;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.LimitedCall;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * How many tokens of its rate limiter a call of a method takes: a number, or an expression over the arguments, which is
 * read and checked when the pipeline is built.
 */
public final class CallPermits {

    static final String ATTRIBUTE = "permits";

    /** Every call takes one token. */
    static final CallPermits ONE = new CallPermits(1, null, "", List.of(), null);

    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+");
    private static final int MAX_DIGITS = 9;

    private final int constant;
    private final @Nullable SpelExpression expression;
    private final String where;
    private final List<String> names;
    private final @Nullable BeanFactory beans;

    private CallPermits(
            int constant,
            @Nullable SpelExpression expression,
            String where,
            List<String> names,
            @Nullable BeanFactory beans) {
        this.constant = constant;
        this.expression = expression;
        this.where = where;
        this.names = names;
        this.beans = beans;
    }

    /**
     * Reads the attribute of an annotation.
     *
     * @param policy the rate limiter; null if it is not known
     * @throws ResilienceConfigurationException if it is neither a number in its range nor an expression
     */
    static CallPermits of(
            Declaration declaration, Method method, Class<?> userClass, @Nullable Policy policy, BeanFactory beans) {
        Object written = declaration.methodAttributes().get(ATTRIBUTE);
        if (written == null) {
            return ONE;
        }
        String where = userClass.getName() + "." + method.getName() + ": @RateLimiter permits '" + written + "'";
        String text = resolved(written.toString(), where, beans).trim();
        if (NUMBER.matcher(text).matches()) {
            return new CallPermits(number(text, where, policy), null, where, List.of(), null);
        }
        SpelExpression expression = expression(text, where);
        @Nullable String[] discovered = new DefaultParameterNameDiscoverer().getParameterNames(method);
        List<String> names = discovered == null
                ? List.of()
                : Arrays.stream(discovered).map(String::valueOf).toList();
        requireKnownNames(expression, names, method, where);
        return new CallPermits(0, expression, where, names, beans);
    }

    private static String resolved(String written, String where, BeanFactory beans) {
        try {
            String text = beans instanceof ConfigurableBeanFactory configurable
                    ? configurable.resolveEmbeddedValue(written)
                    : written;
            if (text != null && text.contains("${")) {
                throw problem(where + " cannot be resolved: a property is not defined", "Define the property");
            }
            return text == null ? "" : text;
        } catch (IllegalArgumentException unresolved) {
            throw problem(where + " cannot be resolved: " + unresolved.getMessage(), "Define the property");
        }
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

    private static SpelExpression expression(String text, String where) {
        try {
            return new SpelExpressionParser().parseRaw(text);
        } catch (ParseException | IllegalStateException | IllegalArgumentException unreadable) {
            throw problem(
                    where + " is neither a number nor an expression: " + unreadable.getMessage(),
                    "Write a number such as 5, or an expression over the parameters such as #batch.size()");
        }
    }

    private static void requireKnownNames(SpelExpression expression, List<String> names, Method method, String where) {
        Set<String> unknown = new TreeSet<>();
        collectVariables(expression.getAST(), unknown);
        unknown.removeAll(List.of("#root", "#this"));
        names.forEach(name -> unknown.remove("#" + name));
        for (int i = 0; i < method.getParameterCount(); i++) {
            unknown.removeAll(List.of("#p" + i, "#a" + i));
        }
        if (!unknown.isEmpty()) {
            String known = names.isEmpty()
                    ? "its parameters have no names at run time"
                    : "its parameters are "
                            + names.stream().map(name -> "#" + name).collect(Collectors.joining(", "));
            throw problem(
                    where + " names " + String.join(", ", unknown) + ", but " + known,
                    method.getParameterCount() == 0
                            ? "Write a number, or put the annotation on a method with parameters"
                            : "Name a parameter, or write its position such as #p0"
                                    + (names.isEmpty() ? ", or compile with -parameters" : ""));
        }
    }

    private static void collectVariables(SpelNode node, Set<String> found) {
        if (node instanceof VariableReference variable) {
            found.add(variable.toStringAST());
        }
        for (int i = 0; i < node.getChildCount(); i++) {
            collectVariables(node.getChild(i), found);
        }
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
        SpelExpression evaluated = expression;
        return evaluated == null ? constant : evaluate(evaluated, arguments);
    }

    private int evaluate(SpelExpression evaluated, @Nullable Object[] arguments) {
        Object value;
        try {
            value = evaluated.getValue(context(arguments));
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

    private StandardEvaluationContext context(@Nullable Object[] arguments) {
        StandardEvaluationContext context = new StandardEvaluationContext();
        if (beans != null) {
            context.setBeanResolver(new BeanFactoryResolver(beans));
        }
        for (int i = 0; i < arguments.length; i++) {
            context.setVariable("p" + i, arguments[i]);
            context.setVariable("a" + i, arguments[i]);
            if (i < names.size()) {
                context.setVariable(names.get(i), arguments[i]);
            }
        }
        return context;
    }
}
