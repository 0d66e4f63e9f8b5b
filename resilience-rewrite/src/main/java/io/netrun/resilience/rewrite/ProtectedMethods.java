package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Space;

/**
 * Moves the annotations of resilience4j on one class or method. One use for each.
 *
 * @param file the file with the annotations
 * @param module what is known of its module
 * @param options how to move them
 */
record ProtectedMethods(JavaSourceFile file, ModuleSettings module, Options options) {

    static final String FALLBACK = "io.netrun.resilience.annotation.Fallback";

    static final String ORDER = "io.netrun.resilience.annotation.PatternOrder";

    static final String ASYNC = "org.springframework.scheduling.annotation.Async";

    /** The pattern of an annotation of resilience4j, or null for another annotation. */
    static @Nullable String pattern(J.Annotation annotation, @Nullable JavaSourceFile file) {
        String name = Trees.typeName(annotation, file);
        return MappedPatterns.ofAnnotation(name);
    }

    /** The name of the fallback method of an annotation, or null if it has none. */
    static @Nullable Expression fallback(J.Annotation annotation) {
        Expression name = Trees.arguments(annotation).get("fallbackMethod");
        return name == null || "".equals(Trees.text(name)) ? null : name;
    }

    /** What to know of a method that was run by the threads of a bulkhead. */
    static final String POOL_IS_ASYNC = "@Async runs the method on the executor of the application: give it at least as"
            + " many threads as max-concurrent, or use virtual threads. There, a pool has as many threads as there are"
            + " processors, unless max-thread-pool-size is set, and core-thread-pool-size of them until its queue is"
            + " full: set max-concurrent.";

    /** Whether a method that returns a type can be asynchronous. */
    static boolean isAsync(String returns) {
        return returns.endsWith("CompletableFuture");
    }

    /** The name of the type that a method returns, without its arguments. */
    static String returns(J.MethodDeclaration declaration) {
        J returned = declaration.getReturnTypeExpression();
        if (returned instanceof J.ParameterizedType parameterized) {
            return parameterized.getClazz().toString();
        }
        return returned == null ? "void" : returned.toString();
    }

    /** Whether a bulkhead has a thread pool. */
    static boolean isPool(Map<String, Expression> arguments) {
        Expression type = arguments.get("type");
        return type != null && CodeCounterparts.text(type).endsWith("THREADPOOL");
    }

    /**
     * The annotations in the words of this library.
     *
     * @param annotations those of the class or method
     * @param around the patterns that the class has for a method; empty for a class
     * @param returns the name of the type that a method returns; empty for a class
     * @param owner what is before the class or method
     * @param failures the simple names of the failures that a fallback method takes
     * @param ofClass the fallback methods that patterns of the class have for a method, by their patterns
     */
    Moved move(
            List<J.Annotation> annotations,
            Set<String> around,
            String returns,
            Space owner,
            Function<String, Set<String>> failures,
            Map<String, Expression> ofClass) {
        List<J.Annotation> moved = new ArrayList<>();
        Map<String, Expression> fallbacks = new LinkedHashMap<>();
        Set<String> patterns = new LinkedHashSet<>(around);
        Set<String> added = new LinkedHashSet<>();
        J.Annotation last = null;
        boolean pool = false;
        for (J.Annotation annotation : annotations) {
            String pattern = pattern(annotation, file);
            if (pattern == null) {
                moved.add(annotation);
                continue;
            }
            Map<String, Expression> arguments = Trees.arguments(annotation);
            patterns.add(pattern);
            Expression fallback = fallback(annotation);
            if (fallback != null) {
                fallbacks.put(pattern, fallback);
            }
            boolean isPool = pattern.equals("bulkhead") && isPool(arguments);
            pool |= isPool;
            J.Annotation replaced = moved(annotation, arguments, isPool);
            added.add(Trees.typeName(replaced, null));
            moved.add(replaced);
            last = annotation;
        }
        if (last == null) {
            return new Moved(annotations, Set.of(), Set.of());
        }
        int position = lastOf(moved, added) + 1;
        Map<String, Expression> all = withThoseOfTheClass(annotations, fallbacks, patterns, ofClass, failures);
        for (J.Annotation annotation :
                besides(last.withPrefix(owner), all, new Around(patterns, failures), pool ? returns : "")) {
            added.add(Trees.typeName(annotation, null));
            moved.add(position++, annotation);
        }
        Set<String> methods = new LinkedHashSet<>();
        fallbacks.values().stream()
                .map(Trees::text)
                .filter(name -> name != null)
                .forEach(methods::add);
        return new Moved(moved, added, methods);
    }

    /**
     * The fallback methods of a method, by their patterns, with those of its class where the method needs a fallback of
     * its own for them: that has others, or stands elsewhere among its patterns.
     */
    private Map<String, Expression> withThoseOfTheClass(
            List<J.Annotation> annotations,
            Map<String, Expression> own,
            Set<String> patterns,
            Map<String, Expression> ofClass,
            Function<String, Set<String>> failures) {
        Map<String, Expression> all = new LinkedHashMap<>(own);
        ofClass.forEach((pattern, name) -> {
            boolean replaced = annotations.stream().anyMatch(each -> pattern.equals(pattern(each, file)));
            if (!replaced) {
                all.put(pattern, name);
            }
        });
        boolean same = own.isEmpty()
                && (all.isEmpty()
                        || !options.keepBehaviour()
                        || position(all, new Around(patterns, failures)).outer().isEmpty());
        return same ? Map.of() : all;
    }

    private FallbackPosition position(Map<String, Expression> fallbacks, Around around) {
        Map<String, String> names = new LinkedHashMap<>();
        fallbacks.forEach((pattern, name) -> names.put(pattern, name(name)));
        return new FallbackPosition(module.order(SettingsMove.path(file)), around.patterns(), names, around.failures());
    }

    /**
     * The fallback methods that the one of a method calls, the first one first; empty if it has none.
     *
     * @param annotations those of the method
     * @param around the patterns that the class has for the method
     * @param failures the simple names of the failures that a fallback method takes
     * @param ofClass the fallback methods that patterns of the class have for it, by their patterns
     */
    List<String> merged(
            List<J.Annotation> annotations,
            Set<String> around,
            Function<String, Set<String>> failures,
            Map<String, Expression> ofClass) {
        Map<String, Expression> fallbacks = new LinkedHashMap<>();
        Set<String> patterns = new LinkedHashSet<>(around);
        for (J.Annotation annotation : annotations) {
            String pattern = pattern(annotation, file);
            if (pattern != null) {
                patterns.add(pattern);
                Expression name = fallback(annotation);
                if (name != null) {
                    fallbacks.put(pattern, name);
                }
            }
        }
        Map<String, Expression> all = withThoseOfTheClass(annotations, fallbacks, patterns, ofClass, failures);
        return all.isEmpty()
                ? List.of()
                : position(all, new Around(patterns, failures)).merged();
    }

    /** The annotations of a fallback of the class alone, for a method without annotations. */
    List<J.Annotation> ofClass(
            J.Annotation last, Set<String> around, Function<String, Set<String>> failures, Map<String, Expression> of) {
        return besides(last, of, new Around(around, failures), "");
    }

    private static int lastOf(List<J.Annotation> annotations, Set<String> names) {
        int last = 0;
        for (int i = 0; i < annotations.size(); i++) {
            last = names.contains(Trees.typeName(annotations.get(i), null)) ? i : last;
        }
        return last;
    }

    private J.Annotation moved(J.Annotation annotation, Map<String, Expression> arguments, boolean pool) {
        String there = Trees.typeName(annotation, file);
        String here = MappingTable.get()
                .renamed(MappingTable.RESILIENCE4J, "annotation")
                .getOrDefault(there, there);
        List<Expression> kept = new ArrayList<>();
        arguments.forEach((name, value) -> {
            if (name.equals("name")) {
                String text = options.constants().text(value, new Constants.Scope(file, ""));
                if (isExpression(text)) {
                    options.left()
                            .accept(new Left(
                                    "name = " + text,
                                    "Names are not evaluated. Write a name, and the expression as key, for an instance"
                                            + " for each of its values."));
                }
                if (pool && (text == null || text.contains("${"))) {
                    options.left()
                            .accept(new Left(
                                    "@Bulkhead(name = " + Trees.shown(value) + ", type = THREADPOOL)",
                                    "The value of the name is not known here, so that nothing can be written for its"
                                            + " thread pool. Set max-concurrent and max-queue of that name under"
                                            + " resilience.bulkhead.instances; there, max-queue is 100 unless"
                                            + " queue-capacity is set."));
                }
                String renamed = text == null || !pool ? text : module.poolName(text);
                kept.add(Trees.argument(
                        "name", renamed == null || renamed.equals(text) ? value : Trees.literal(renamed)));
            } else if (name.equals("permits") && options.keepBehaviour()) {
                options.left()
                        .accept(new Left(
                                "@RateLimiter(permits = " + Trees.shown(value) + ")",
                                "It had no effect: the aspect does not read it, and each call takes one permit. Add"
                                        + " permits to the annotation of this library, as a text, if it is meant."));
            } else if (name.equals("permits")
                    && value instanceof J.Literal literal
                    && literal.getValue() instanceof Integer number) {
                kept.add(Trees.argument(name, Trees.literal(number.toString())));
            } else if (name.equals("configuration") || name.equals("permits")) {
                options.left().accept(new Left("@" + annotation.getSimpleName() + "(" + name + ")", reason(name)));
            }
        });
        return Trees.annotation(annotation, here, kept);
    }

    /** What is written beside the annotations themselves. */
    private List<J.Annotation> besides(
            J.Annotation last, Map<String, Expression> fallbacks, Around around, String poolReturns) {
        List<J.Annotation> besides = new ArrayList<>();
        if (!fallbacks.isEmpty()) {
            FallbackPosition position = position(fallbacks, around);
            Expression method = Objects.requireNonNull(fallbacks.get(position.innermost()));
            besides.add(Trees.beside(last, FALLBACK, List.of(Trees.argument("method", method)), last.getPrefix()));
            leaveFallbacks(position);
            List<String> outer = position.outer();
            if (options.keepBehaviour() && !outer.isEmpty()) {
                List<String> swapped = new ArrayList<>(outer);
                swapped.add("fallback");
                besides.add(Trees.beside(last, ORDER, List.of(Trees.array(swapped)), last.getPrefix()));
            }
            leaveOrders(position);
        }
        if (isAsync(poolReturns)) {
            besides.add(Trees.beside(last, ASYNC, List.of(), last.getPrefix()));
            options.left().accept(new Left("@Bulkhead(type = THREADPOOL)", POOL_IS_ASYNC));
        } else if (!poolReturns.isEmpty()) {
            options.left()
                    .accept(new Left(
                            "@Bulkhead(type = THREADPOOL)",
                            "The method returns no CompletableFuture, so it cannot be @Async. Start its work on an"
                                    + " executor."));
        }
        return besides;
    }

    /** The name of a fallback method, or what stands for it. */
    static String name(Expression method) {
        String text = Trees.text(method);
        return text == null ? Trees.shown(method) : text;
    }

    /** Lists the fallback methods that are gone, and what does not reach the one that stays. */
    private void leaveFallbacks(FallbackPosition position) {
        String kept = position.fallbacks().getOrDefault(position.innermost(), "");
        for (String name : new LinkedHashSet<>(position.fallbacks().values())) {
            List<String> lost = options.keepBehaviour() ? position.lost(name) : List.of();
            boolean merged = position.merged().contains(name);
            String one = elsewhere(position, name);
            String patterns = String.join(" and ", lost);
            String rejections = "There, it also gets what " + patterns + (lost.size() == 1 ? " throws" : " throw")
                    + ". Here, the fallback is inside, since a circuit breaker would count, and a retry repeat, what it"
                    + " replaces; these exceptions reach the caller. If they are to be replaced instead, write fallback"
                    + " before " + (lost.isEmpty() ? "" : lost.get(0)) + " in @PatternOrder.";
            if (!merged || !lost.isEmpty()) {
                String repeated = position.areTimeoutsRepeated()
                        ? " The retry, which got no time-outs there, repeats each of them up to max-attempts times."
                        : "";
                options.left().accept(new Left("fallbackMethod = " + name, (merged ? rejections : one) + repeated));
            }
        }
        if (options.keepBehaviour() && !position.counted().isEmpty()) {
            options.left()
                    .accept(new Left(
                            "fallbackMethod = " + kept,
                            "There, it replaces " + String.join(" and ", position.counted())
                                    + " inside the circuit breaker, which counts a success. Here, the fallback is around"
                                    + " the circuit breaker, so that it also replaces the rejections of an open one;"
                                    + " the circuit breaker counts these failures. Add those that are not to count to"
                                    + " its ignore-exceptions"
                                    + (position.isAroundTimeouts()
                                            ? ", or list TimeoutExceededException alone in its exceptions, since time-outs"
                                                    + " alone counted there."
                                            : ".")));
        }
    }

    /** What to do for a fallback method of a pattern that the one fallback is inside. */
    private static String elsewhere(FallbackPosition position, String name) {
        List<String> patterns = position.outer().stream()
                .filter(pattern -> name.equals(position.fallbacks().get(pattern)))
                .toList();
        String annotations = patterns.stream()
                .map(pattern -> "@" + MappedPatterns.annotation(pattern))
                .collect(Collectors.joining(" and "));
        List<String> rejecting = position.rejecting(name);
        String lost = rejecting.isEmpty()
                ? ""
                : ", and so " + (rejecting.size() == 1 ? "does " : "do ") + String.join(" and ", rejecting);
        return "A method has one fallback, which is inside " + String.join(" and ", patterns)
                + "; there, this one is around it, and gets what that one does not replace. Here, that reaches the"
                + " caller" + lost + ". Move " + annotations
                + " to a method of another bean that calls this one, with @Fallback(method = \"" + name
                + "\") and a method " + name + " there.";
    }

    /** Lists the documents with another order of the aspects: an annotation has one order for all of them. */
    private void leaveOrders(FallbackPosition here) {
        List<String> outer = here.outer();
        for (SettingsDocument document : options.keepBehaviour() ? module.documents() : List.<SettingsDocument>of()) {
            if (document.others().stream().noneMatch(ModuleSettings::isOrder)) {
                continue;
            }
            List<String> there = new FallbackPosition(
                            module.order(document.id()), here.patterns(), here.fallbacks(), here.failures())
                    .outer();
            if (!there.equals(outer)) {
                options.left()
                        .accept(new Left(
                                "@PatternOrder",
                                "With " + document.file() + ", the aspects have another order. The fallback would be "
                                        + (there.isEmpty()
                                                ? "around all patterns"
                                                : "inside " + String.join(", ", there))
                                        + " then, and is "
                                        + (outer.isEmpty()
                                                ? "around all patterns"
                                                : "inside " + String.join(", ", outer))
                                        + " here, whatever is active: an annotation has one order. Choose one."));
            }
        }
    }

    /** Whether a text would have to be evaluated; placeholders are not. */
    static boolean isExpression(@Nullable String text) {
        return text != null && (text.contains("#") || text.startsWith("@"));
    }

    private static String reason(String attribute) {
        return MappingTable.get()
                .find(MappingTable.RESILIENCE4J, "attribute", attribute)
                .map(MappingTable.Row::reason)
                .orElse("");
    }

    /**
     * How to move annotations.
     *
     * @param keepBehaviour whether the order of resilience4j is kept
     * @param annotated whether the application has annotations of resilience4j
     * @param left takes what was left
     * @param constants what constants are
     * @param known whether the aspects know what a method returns, if that is a publisher
     * @param keys what has the values here that code reads there
     */
    record Options(
            boolean keepBehaviour,
            boolean annotated,
            Consumer<Left> left,
            Constants constants,
            Predicate<J.MethodDeclaration> known,
            ReadKeys keys) {}

    /**
     * What fallbacks are among.
     *
     * @param patterns the patterns of the method
     * @param failures the simple names of the failures that a fallback method takes
     */
    private record Around(Set<String> patterns, Function<String, Set<String>> failures) {}

    /**
     * Annotations after the move.
     *
     * @param annotations all annotations of the class or method
     * @param added the full names of those that are new
     * @param fallbacks the names of fallback methods
     */
    record Moved(List<J.Annotation> annotations, Set<String> added, Set<String> fallbacks) {}
}
