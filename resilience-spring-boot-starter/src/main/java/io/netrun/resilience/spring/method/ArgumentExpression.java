package io.netrun.resilience.spring.method;

import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.ParseException;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.ReflectiveMethodResolver;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeLocator;

/**
 * An expression over the arguments of a method, which may also use beans. It is parsed and checked once, and one that
 * is no more than an argument is not evaluated at all. Thread-safe.
 */
final class ArgumentExpression {

    private static final SpelExpressionParser PARSER = new SpelExpressionParser();
    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    private final SpelExpression parsed;
    private final Map<String, Integer> arguments;
    private final BeanResolver beans;
    private final TypeLocator types;

    /** Which argument the expression is; -1 if it is not just an argument. */
    private final int argument;

    /** Shared by all evaluations, so that each finds what former ones have resolved. */
    private final List<PropertyAccessor> accessors = List.of(new ReflectivePropertyAccessor(false));

    private final List<MethodResolver> methods = List.of(new ReflectiveMethodResolver());

    private ArgumentExpression(SpelExpression parsed, Map<String, Integer> arguments, BeanFactory beans) {
        this.parsed = parsed;
        this.arguments = arguments;
        this.beans = new BeanFactoryResolver(beans);
        this.types = new StandardTypeLocator(
                beans instanceof ConfigurableBeanFactory configurable ? configurable.getBeanClassLoader() : null);
        SpelNode root = parsed.getAST();
        this.argument = root instanceof VariableReference ? arguments.getOrDefault(nameOf(root.toStringAST()), -1) : -1;
    }

    /**
     * Parses an expression.
     *
     * @param where the start of messages: the method and the attribute with its text
     * @param alternative what else to do about a wrong expression, as the start of a sentence
     * @throws ResilienceConfigurationException if it is wrong, or refers to what does not exist
     */
    static ArgumentExpression of(
            String text, String where, String alternative, Method method, Class<?> userClass, BeanFactory beans) {
        SpelExpression parsed;
        try {
            parsed = PARSER.parseRaw(text);
        } catch (ParseException | IllegalStateException | IllegalArgumentException wrong) {
            throw problem(
                    where + " is not an expression: " + wrong.getMessage(),
                    alternative + ", or write an expression over the arguments, such as #" + example(method)
                            + " or #p0");
        }
        Map<String, Integer> arguments = arguments(method, userClass);
        new Check(where, alternative, arguments, beans).visit(parsed.getAST());
        return new ArgumentExpression(parsed, arguments, beans);
    }

    private static String example(Method method) {
        String[] names = NAMES.getParameterNames(method);
        return names == null || names.length == 0 ? "tenantId" : names[0];
    }

    /** The arguments by name: p0 and a0, and the names in the class and in the interfaces that it implements. */
    private static Map<String, Integer> arguments(Method method, Class<?> userClass) {
        int count = SuspendingFunctions.parameters(method).length;
        Map<String, Integer> arguments = new LinkedHashMap<>();
        addNames(method, count, arguments);
        ImplementedMethods.allOf(method, userClass).forEach(implemented -> addNames(implemented, count, arguments));
        for (int i = 0; i < count; i++) {
            arguments.put("p" + i, i);
            arguments.put("a" + i, i);
        }
        return arguments;
    }

    private static void addNames(Method method, int count, Map<String, Integer> arguments) {
        String[] names = NAMES.getParameterNames(method);
        for (int i = 0; names != null && i < Math.min(count, names.length); i++) {
            if (names[i] != null) {
                arguments.putIfAbsent(names[i], i);
            }
        }
    }

    private static String nameOf(String reference) {
        return reference.substring(reference.startsWith("&") ? 0 : 1).replace("'", "");
    }

    private static ResilienceConfigurationException problem(String description, String remedy) {
        return new ResilienceConfigurationException(List.of(new Problem(description, remedy)));
    }

    /** The value for the arguments of a call. Whatever the expression throws is thrown. */
    @Nullable
    Object valueOf(@Nullable Object[] values) {
        return argument >= 0 ? values[argument] : parsed.getValue(context(values));
    }

    private StandardEvaluationContext context(@Nullable Object[] values) {
        StandardEvaluationContext context = new StandardEvaluationContext();
        context.setBeanResolver(beans);
        context.setTypeLocator(types);
        context.setPropertyAccessors(accessors);
        context.setMethodResolvers(methods);
        arguments.forEach((name, index) -> context.setVariable(name, values[index]));
        return context;
    }

    /** Finds what an expression refers to and does not exist. */
    private record Check(String where, String alternative, Map<String, Integer> arguments, BeanFactory beans) {

        void visit(SpelNode node) {
            if (node instanceof VariableReference) {
                requireArgument(nameOf(node.toStringAST()));
            } else if (node instanceof BeanReference) {
                requireBean(nameOf(node.toStringAST()));
            } else if (node instanceof PropertyOrFieldReference) {
                throw problem(
                        where + " refers to '" + node.toStringAST() + "', which is no argument",
                        "Write #" + node.toStringAST() + " for the argument");
            } else if (node instanceof MethodReference) {
                throw problem(
                        where + " calls " + node.toStringAST() + " on nothing",
                        "Call it on an argument, as in #p0." + node.toStringAST() + ", or on a bean, as in @bean."
                                + node.toStringAST());
            } else if (node instanceof Assign) {
                throw problem(where + " assigns a value", "Write an expression that changes nothing");
            }
            boolean compound = node instanceof CompoundExpression;
            boolean ofElements = node instanceof Projection || node instanceof Selection; // theirs are the elements
            for (int i = 0; i < node.getChildCount() && !ofElements; i++) {
                SpelNode child = node.getChild(i);
                if (compound
                        && i > 0
                        && (child instanceof PropertyOrFieldReference || child instanceof MethodReference)) {
                    for (int j = 0; j < child.getChildCount(); j++) {
                        visit(child.getChild(j));
                    }
                } else {
                    visit(child);
                }
            }
        }

        private void requireArgument(String name) {
            if (arguments.containsKey(name)) {
                return;
            }
            Set<String> known = arguments.keySet().stream()
                    .filter(each -> !each.matches("a\\d+"))
                    .collect(Collectors.toCollection(TreeSet::new));
            String similar = SpellingSuggestion.to(name, known);
            boolean named = known.stream().anyMatch(each -> !each.matches("p\\d+"));
            throw problem(
                    where + " refers to #" + name
                            + (known.isEmpty()
                                    ? ", but the method has no arguments"
                                    : ", but the arguments are #" + String.join(", #", known)),
                    known.isEmpty()
                            ? alternative + ", or use a bean, as in @tenants.current()"
                            : named
                                    ? (similar.isEmpty() ? "Use one of these" : "Write #" + similar)
                                    : "Use one of these, or compile the class with -parameters so that arguments have"
                                            + " their names");
        }

        private void requireBean(String name) {
            if (!beans.containsBean(name)) {
                throw problem(where + " refers to bean '" + name + "', which does not exist", "Use the name of a bean");
            }
        }
    }
}
