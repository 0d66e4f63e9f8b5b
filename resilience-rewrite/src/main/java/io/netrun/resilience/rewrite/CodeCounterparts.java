package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.PrintOutputCapture;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.JavaPrinter;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/**
 * The code to write instead of calls of resilience4j that stay: configurations, registries, instances, and calls
 * through them. It goes by the names, since the types need not be known.
 */
final class CodeCounterparts {

    /** How a chain of {@code Decorators} ends. */
    private static final Set<String> ENDS = Set.of("decorate", "get", "call", "run", "apply");

    /** The methods of registries for one instance, with the pattern of its annotation. */
    private static final Map<String, String> INSTANCES = Map.of(
            "circuitBreaker", "circuit-breaker",
            "retry", "retry",
            "bulkhead", "bulkhead",
            "rateLimiter", "rate-limiter",
            "timeLimiter", "timeout");

    /** The methods of registries for an instance that they have already. */
    private static final Set<String> ABSENT = Set.of("find", "replace", "remove");

    /** The bulkheads of annotations with a thread pool, which have registries of their own. */
    static final String POOL = "bulkhead:pool";

    /** The other bulkheads of annotations. */
    static final String SEMAPHORE = "bulkhead:semaphore";

    private final JavaSourceFile file;

    private final Constants constants;

    private final Function<String, Set<String>> annotated;

    private final Set<String> registries = new HashSet<>();

    /** The simple types of the registries that variables hold. */
    private final Map<String, String> registryTypes = new HashMap<>();

    /**
     * @param file the file with the calls
     * @param constants what constants are
     * @param annotated the names of instances in annotations, by a pattern
     */
    CodeCounterparts(JavaSourceFile file, Constants constants, Function<String, Set<String>> annotated) {
        this.file = file;
        this.constants = constants;
        this.annotated = annotated;
    }

    /** Lists the calls of the file, each once. */
    void list(Consumer<Left> left) {
        CodeNames names = new CodeNames(file);
        collectRegistries();
        Set<Left> found = new LinkedHashSet<>();
        Set<Left> split = new LinkedHashSet<>();
        new JavaIsoVisitor<Integer>() {
            private boolean within;

            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                addSplit(call, getCursor().firstEnclosing(J.ClassDeclaration.class), split);
                addAbsent(call, getCursor().firstEnclosing(J.ClassDeclaration.class), split);
                String code = within ? null : new Of(names, registries).whole(call);
                if (code == null) {
                    addChain(call, found);
                    return super.visitMethodInvocation(call, p);
                }
                String remedy = code.startsWith("ResilienceRegistry.create()")
                                && !call.getSimpleName().equals("build")
                        ? RegistryBeans.remedy(
                                getCursor(),
                                call.getSimpleName().equals("of")
                                        ? new Of(names, registries).arguments(call.getArguments())
                                        : "",
                                annotated)
                        : null;
                found.add(new Left(text(call), remedy == null ? "Write " + code + "." : remedy));
                within = true;
                super.visitMethodInvocation(call, p);
                within = false;
                return call;
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                String code = within ? null : new Of(names, registries).reference(reference);
                if (code != null) {
                    found.add(new Left(text(reference), "Write " + code + "."));
                }
                return super.visitMemberReference(reference, p);
            }
        }.visit(file, 0);
        found.forEach(left);
        split.forEach(left);
    }

    /** The code of an expression, with what replaces it. */
    String replaced(Expression expression) {
        return new Of(new CodeNames(file), registries).replaced(expression);
    }

    /** A chain for which there is no code to write, at its beginning. */
    private static void addChain(J.MethodInvocation call, Set<Left> found) {
        if (call.getSelect() instanceof J.Identifier name
                && name.getSimpleName().equals("Decorators")) {
            found.add(new Left(
                    text(call) + "…",
                    "Make a Pipeline of its policies, the last one outermost; a fallback for results is"
                            + " failureResult(…) of a retry, or a test of what the pipeline returns."));
        }
    }

    /** The variables that hold registries. */
    private void collectRegistries() {
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.VariableDeclarations visitVariableDeclarations(J.VariableDeclarations variables, Integer p) {
                String type = String.valueOf(variables.getTypeExpression());
                if (type.matches(
                        "(.*\\.)?(CircuitBreaker|Retry|(ThreadPool)?Bulkhead|RateLimiter|TimeLimiter)Registry")) {
                    String simple = type.substring(type.lastIndexOf('.') + 1);
                    variables.getVariables().forEach(variable -> {
                        registries.add(variable.getSimpleName());
                        registryTypes.put(variable.getSimpleName(), simple);
                    });
                }
                return super.visitVariableDeclarations(variables, p);
            }
        }.visit(file, 0);
    }

    /** An instance of a registry that annotations have, too: they have one of their own here. */
    private void addSplit(J.MethodInvocation call, J.@Nullable ClassDeclaration owner, Set<Left> split) {
        String pattern = INSTANCES.get(call.getSimpleName());
        if (pattern == null
                || !isOfRegistry(call, registries)
                || call.getArguments().get(0) instanceof J.Empty) {
            return;
        }
        String name = constants.text(
                call.getArguments().get(0), new Constants.Scope(file, owner == null ? "" : owner.getSimpleName()));
        if (name != null && annotated.apply(kind(call, pattern)).contains(name)) {
            split.add(new Left(
                    text(call),
                    "Annotations have the name " + name
                            + ", too. There, that was one instance; here, it is two, and each"
                            + " counts its own calls alone, until the code has its instance from this library."
                            + (call.getArguments().size() < 2
                                    ? ""
                                    : " There, annotated methods that are called after this code have its configuration;"
                                            + " here, they have that of the settings alone. Write it under resilience."
                                            + pattern + ".instances." + Names.bracketed(name) + ".")));
        }
    }

    /** A registry that is asked for instances, or listened to, and does not have those of annotations. */
    private void addAbsent(J.MethodInvocation call, J.@Nullable ClassDeclaration owner, Set<Left> split) {
        String method = call.getSimpleName();
        boolean all = method.startsWith("getAll") || method.equals("getEventPublisher");
        String pattern = all || ABSENT.contains(method) ? patternOfRegistry(call) : null;
        if (pattern == null) {
            return;
        }
        Set<String> names = annotated.apply(kind(call, pattern));
        String name = all
                ? null
                : constants.text(
                        call.getArguments().get(0),
                        new Constants.Scope(file, owner == null ? "" : owner.getSimpleName()));
        if (name != null && names.contains(name)) {
            split.add(new Left(
                    text(call),
                    "Annotations have the name " + name + ", too. Their instance is one of this library now, which this"
                            + " registry does not have. Use ResilienceRegistry for it."));
        } else if (all && !names.isEmpty()) {
            split.add(new Left(
                    text(call),
                    "Annotations have " + listed(names) + ", too. Their instances are of this library now, which this"
                            + " registry does not have. Use "
                            + (method.equals("getEventPublisher")
                                    ? "onChange(…) of ResilienceRegistry for them."
                                    : "ResilienceRegistry instead: registry.all(" + typeOf(pattern) + ".TYPE).")));
        }
    }

    /** The simple name of the type of a pattern here. */
    private static String typeOf(String pattern) {
        return INSTANCES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(pattern))
                .map(entry -> Of.pattern(entry.getKey()))
                .findFirst()
                .orElse("");
    }

    /** Names in a sentence. */
    static String listed(Set<String> names) {
        return (names.size() == 1 ? "the name " : "the names ") + String.join(", ", names);
    }

    /** The pattern of the registry that a call is for; null for another call. */
    private @Nullable String patternOfRegistry(J.MethodInvocation call) {
        if (call.getSelect() == null || !isOfRegistry(call, registries)) {
            return null;
        }
        String pattern = pattern(registryType(call));
        return pattern.isEmpty() ? null : pattern;
    }

    /** The kind of a pattern's instances that the registry of a call has. */
    private String kind(J.MethodInvocation call, String pattern) {
        String registry = registryType(call);
        return pattern.equals("bulkhead") && !registry.isEmpty() ? kind(registry) : pattern;
    }

    /** The kind of the instances of annotations that there is a registry for, by its simple name. */
    static String kind(String registry) {
        return switch (registry) {
            case "ThreadPoolBulkheadRegistry" -> POOL;
            case "BulkheadRegistry" -> SEMAPHORE;
            default -> pattern(registry);
        };
    }

    /** The simple name of the registry that a call is for; empty if it is not known. */
    private String registryType(J.MethodInvocation call) {
        if (call.getSelect() == null) {
            return "";
        }
        JavaType.FullyQualified type =
                TypeUtils.asFullyQualified(call.getSelect().getType());
        String guard = text(call.getSelect());
        String known = type == null ? "" : type.getClassName();
        return pattern(known).isEmpty()
                ? registryTypes.getOrDefault(guard.substring(guard.lastIndexOf('.') + 1), "")
                : known;
    }

    /** The pattern of a registry, by its simple name; empty for another type. */
    private static String pattern(String registry) {
        return switch (registry) {
            case "CircuitBreakerRegistry" -> "circuit-breaker";
            case "RetryRegistry" -> "retry";
            case "BulkheadRegistry", "ThreadPoolBulkheadRegistry" -> "bulkhead";
            case "RateLimiterRegistry" -> "rate-limiter";
            case "TimeLimiterRegistry" -> "timeout";
            default -> "";
        };
    }

    /**
     * Adds the instances that the code may ask resilience4j for, as {@code pattern name}, or {@code pattern *} where
     * the name is not known.
     */
    void addAsked(Set<String> asked) {
        collectRegistries();
        Set<String> found = new HashSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                String pattern = INSTANCES.get(call.getSimpleName());
                if (pattern != null
                        && isOfRegistry(call, registries)
                        && !(call.getArguments().get(0) instanceof J.Empty)) {
                    J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
                    String name = constants.text(
                            call.getArguments().get(0),
                            new Constants.Scope(file, owner == null ? "" : owner.getSimpleName()));
                    found.add(pattern);
                    asked.add(pattern + " " + (name == null ? "*" : name));
                }
                return super.visitMethodInvocation(call, p);
            }
        }.visit(file, 0);
        Imports.identifiers(file).stream()
                .map(name -> pattern(name))
                .filter(pattern -> !pattern.isEmpty() && !found.contains(pattern))
                .forEach(pattern -> asked.add(pattern + " *"));
        if (Trees.mentions(file, JavaMove.CLOUD_PACKAGE, Set.of())) {
            List.of("circuit-breaker", "bulkhead", "timeout").forEach(pattern -> asked.add(pattern + " *"));
        }
    }

    /** Whether a call is one of a registry. */
    private static boolean isOfRegistry(J.MethodInvocation call, Set<String> registries) {
        if (call.getSelect() == null) {
            return false;
        }
        String guard = text(call.getSelect());
        JavaType.FullyQualified type =
                TypeUtils.asFullyQualified(call.getSelect().getType());
        boolean known = type != null
                && type.getFullyQualifiedName().startsWith(JavaMove.PACKAGE)
                && type.getClassName().endsWith("Registry");
        return known
                || guard.matches("(?i).*registry(\\(\\))?")
                || registries.contains(guard.substring(guard.lastIndexOf('.') + 1));
    }

    /** The text of an expression on one line. */
    static String text(J tree) {
        PrintOutputCapture<Integer> output = new PrintOutputCapture<>(0);
        new JavaPrinter<Integer>().visit(tree, output);
        return withoutComments(output.getOut())
                .replaceAll("\\s+", " ")
                .replaceAll(" ?\\. ?(?=\\w+\\()", ".")
                .replace("( ", "(")
                .strip();
    }

    /** Code without its comments; what looks like one within a text stays. */
    private static String withoutComments(String code) {
        StringBuilder kept = new StringBuilder();
        char quote = 0;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            if (quote == 0 && (code.startsWith("//", i) || code.startsWith("/*", i))) {
                boolean line = code.startsWith("//", i);
                int end = code.indexOf(line ? "\n" : "*/", i + 2);
                kept.append(' ');
                i = end < 0 ? code.length() : line ? end : end + 1;
                continue;
            }
            kept.append(c);
            if (c == '\\' && quote != 0 && i + 1 < code.length()) {
                kept.append(code.charAt(++i));
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = 0;
            }
        }
        return kept.toString();
    }

    /**
     * The counterparts of one file.
     *
     * @param names the types that its calls are of
     * @param registries the variables that hold registries
     * @param notes what has no counterpart in configurations that are arguments
     */
    private record Of(CodeNames names, Set<String> registries, List<String> notes) {

        private static final String WITHOUT = "; without a counterpart: ";

        Of(CodeNames names, Set<String> registries) {
            this(names, registries, new ArrayList<>());
        }

        /** The counterpart of a call, with what has none in what it passes on; null if it is none of resilience4j. */
        @Nullable
        String whole(J.MethodInvocation call) {
            String code = code(call);
            return code == null || notes.isEmpty() ? code : code + WITHOUT + String.join("; ", notes);
        }

        /** The counterpart of a call; null if it is none of resilience4j. */
        @Nullable
        String code(J.MethodInvocation call) {
            J.MethodInvocation first = first(call);
            String root = names.typeOf(first);
            boolean only = first.equals(call);
            if (ConfigCounterpart.isKnown(root)) {
                return new ConfigCounterpart(root).code(call);
            } else if (root.endsWith("Registry")
                    && (only || first.getSimpleName().equals("custom"))) {
                return only ? registry(call) : built(call);
            } else if (root.endsWith("Operator") && isOf(call)) {
                String guard = "ReactorGuard.of(" + replaced(call.getArguments().get(0)) + ")";
                return guard + "::mono for a Mono, and " + guard + "::flux for a Flux";
            } else if (root.equals("Decorators")) {
                return decorated(call);
            } else if (only
                    && CodeNames.INSTANCES.contains(root)
                    && call.getSimpleName().matches("of(Defaults)?")) {
                return ofPattern(call, root);
            }
            String code = protecting(call);
            if (code != null) {
                return code;
            }
            return executed(call);
        }

        private static boolean isOf(J.MethodInvocation call) {
            return call.getSimpleName().equals("of") && call.getArguments().size() == 1;
        }

        private @Nullable String registry(J.MethodInvocation call) {
            String arguments = arguments(call.getArguments());
            return switch (call.getSimpleName()) {
                case "ofDefaults" -> "ResilienceRegistry.create()";
                case "of" -> "ResilienceRegistry.create(), and pass " + arguments + " to getOrCreate(…)";
                default -> null;
            };
        }

        /** A registry that a builder makes. */
        private @Nullable String built(J.MethodInvocation call) {
            if (!call.getSimpleName().equals("build")) {
                return null;
            }
            List<String> configs = new ArrayList<>();
            boolean listened = false;
            for (Expression next = call; next instanceof J.MethodInvocation part; next = part.getSelect()) {
                if (part.getSimpleName().matches("(with\\w+|add\\w+)Config")) {
                    configs.add(0, arguments(part.getArguments()));
                } else if (part.getSimpleName().startsWith("addRegistryEventConsumer")) {
                    listened = true;
                } else if (part.getSimpleName().matches("with(Tags|RegistryStore)")) {
                    notes.add(part.getSimpleName() + "(" + arguments(part.getArguments()) + ")");
                }
            }
            return "ResilienceRegistry.create()"
                    + (configs.isEmpty() ? "" : ", and pass " + String.join(" or ", configs) + " to getOrCreate(…)")
                    + (listened ? ", and listen with registry.onChange(…)" : "");
        }

        /** An instance that is made. */
        private @Nullable String ofPattern(J.MethodInvocation call, String pattern) {
            String here = CodeNames.here(pattern);
            List<Expression> given = call.getArguments();
            String name = call.getSimpleName();
            if (name.equals("ofDefaults")) {
                String instance = given.get(0) instanceof J.Empty ? "\"name\"" : text(given.get(0));
                return here + ".of(" + instance + ", " + new ConfigCounterpart(pattern + "Config").standard() + ")";
            } else if (given.size() == 1) {
                boolean duration =
                        pattern.equals("TimeLimiter") && !text(given.get(0)).contains("onfig");
                return here + ".of(\"name\", " + (duration ? "c -> c.duration(" : "") + replaced(given.get(0))
                        + (duration ? "))" : ")");
            }
            given.stream()
                    .skip(2)
                    .forEach(more ->
                            notes.add(text(more) + (names.isMap(more) ? ": Add common tags with a MeterFilter" : "")));
            return here + ".of(" + text(given.get(0)) + ", " + supplied(given.get(1)) + ")";
        }

        /** A configuration, also one that is supplied. */
        private String supplied(Expression config) {
            if (config instanceof J.Lambda lambda
                    && lambda.getParameters().getParameters().stream().allMatch(J.Empty.class::isInstance)
                    && lambda.getBody() instanceof Expression value) {
                return replaced(value);
            } else if (config instanceof J.MemberReference reference) {
                String code = reference(reference);
                return code == null
                        ? text(config).replaceFirst("::(\\w+)$", ".$1()")
                        : code.replaceFirst("^\\(?\\)? ?-> ", "");
            }
            return replaced(config) + (names.isSupplier(config) ? ".get()" : "");
        }

        /** The code for a call that protects other code, by the mapping table; null for another call. */
        private @Nullable String protecting(J.MethodInvocation call) {
            MappingTable.Row row = names.row(call);
            boolean ofType = !names.typeOf(call).isEmpty();
            List<Expression> given = call.getArguments().stream()
                    .filter(argument -> !(argument instanceof J.Empty))
                    .toList();
            Expression instance = ofType && !given.isEmpty() ? given.get(0) : call.getSelect();
            if (row == null || instance == null || given.size() < (ofType ? 2 : 1)) {
                return null;
            }
            String policy = replaced(instance);
            Expression body = given.get(given.size() - 1);
            given.subList(ofType ? 1 : 0, given.size() - 1).stream()
                    .filter(more -> names.isOfPermits(call, more))
                    .forEach(more -> notes.add("the permits " + text(more)
                            + ": take them with acquirePermit(…) of the rate limiter before the call"));
            return written(row, policy, CalledCode.of(body, replaced(body)));
        }

        private static @Nullable String written(MappingTable.Row row, String policy, CalledCode body) {
            String here = row.here().name();
            if (here.isEmpty()) {
                return "it otherwise: " + row.reason().replaceAll("\\.$", "");
            }
            String code = body.in(here.replaceAll("\\bx\\.", Matcher.quoteReplacement(policy + ".")));
            return code + (row.note().isEmpty() ? "" : ". " + row.reason().replaceAll("\\.$", ""));
        }

        /** The code for a reference to a method; null if that is none of resilience4j. */
        @Nullable
        String reference(J.MemberReference reference) {
            String method = reference.getReference().getSimpleName();
            String root = names.type(reference.getContaining());
            if (ConfigCounterpart.isKnown(root) && method.equals("ofDefaults")) {
                return "() -> " + new ConfigCounterpart(root).standard();
            } else if (ConfigCounterpart.isKnown(root) && method.matches("custom|from")) {
                return method.equals("from")
                        ? "c -> c.toBuilder()"
                        : ConfigCounterpart.here(root) + "::builder, with the settings that differ by default";
            } else if (CodeNames.INSTANCES.contains(root) && method.equals("ofDefaults")) {
                return "name -> " + CodeNames.here(root) + ".of(name, "
                        + new ConfigCounterpart(root + "Config").standard() + ")";
            } else if (CodeNames.INSTANCES.contains(root) && method.equals("of")) {
                return CodeNames.here(root) + "::of";
            }
            MappingTable.Row row = names.row(root, method, reference.getContaining());
            if (row == null) {
                return null;
            }
            String written =
                    written(row, root.isEmpty() ? text(reference.getContaining()) : "x", CalledCode.named("s"));
            return row.here().name().isEmpty() ? written : (root.isEmpty() ? "s -> " : "(x, s) -> ") + written;
        }

        /** An argument, with what replaces it. */
        private String replaced(Expression config) {
            String code = config instanceof J.MethodInvocation call ? code(call) : null;
            if (code == null) {
                return text(config);
            }
            int end = code.indexOf(WITHOUT);
            if (end >= 0) {
                notes.add(code.substring(end + WITHOUT.length()));
                return code.substring(0, end);
            }
            return code;
        }

        private @Nullable String executed(J.MethodInvocation call) {
            if (call.getSelect() == null) {
                return null;
            }
            boolean made = isRegistryOf(call.getSelect());
            String guard = made ? "ResilienceRegistry.create()" : replaced(call.getSelect());
            List<Expression> given = call.getArguments();
            Expression body = given.get(given.size() - 1);
            return switch (call.getSimpleName()) {
                case "circuitBreaker", "retry", "bulkhead", "rateLimiter", "timeLimiter" ->
                    (made || isOfRegistry(call, registries)) && !(body instanceof J.Empty)
                            ? guard + ".getOrCreate(" + pattern(call.getSimpleName()) + ".TYPE, "
                                    + (isNamed(given)
                                            ? text(given.get(0)) + ", …), with the configuration of the name "
                                                    + text(given.get(1))
                                            : arguments(given) + ofRegistry(call, given) + ")")
                            : null;
                default -> null;
            };
        }

        private boolean isRegistryOf(@Nullable Expression select) {
            return select instanceof J.MethodInvocation made
                    && made.getSimpleName().equals("of")
                    && names.typeOf(made).endsWith("Registry");
        }

        /** The configuration of a registry that is made in a call, where the instance has none of its own. */
        private String ofRegistry(J.MethodInvocation call, List<Expression> given) {
            return given.size() == 1
                            && isRegistryOf(call.getSelect())
                            && call.getSelect() instanceof J.MethodInvocation made
                    ? ", " + arguments(made.getArguments())
                    : "";
        }

        private static boolean isNamed(List<Expression> given) {
            return given.size() > 1
                    && (given.get(1) instanceof J.Literal
                            || TypeUtils.isOfClassType(given.get(1).getType(), "java.lang.String"));
        }

        private static String pattern(String method) {
            String type = method.substring(0, 1).toUpperCase(Locale.ROOT) + method.substring(1);
            return CodeNames.INSTANCES.contains(type) ? CodeNames.here(type) : method;
        }

        /** There, what is added last is outermost. */
        private @Nullable String decorated(J.MethodInvocation call) {
            StringBuilder policies = new StringBuilder();
            Expression next = call;
            Expression body = null;
            String made = "";
            String end = "";
            while (next instanceof J.MethodInvocation part) {
                String name = part.getSimpleName();
                List<Expression> given = part.getArguments();
                Expression argument = given.get(given.size() - 1);
                if (name.matches("with(CircuitBreaker|Retry|Bulkhead|RateLimiter|TimeLimiter)")) {
                    policies.append(policies.length() == 0 ? "" : ", ").append(replaced(given.get(0)));
                } else if (name.equals("withFallback")) {
                    String fallback = fallback(given, argument);
                    if (fallback == null) {
                        return null;
                    }
                    policies.append(policies.length() == 0 ? "" : ", ").append(fallback);
                } else if (name.matches("of(Checked)?(Supplier|Callable|Runnable|CompletionStage)")) {
                    made = name.replaceFirst("of(Checked)?", "");
                    body = argument;
                } else if (part.equals(call) && ENDS.contains(name)) {
                    end = name;
                } else {
                    return null; // a cache, a thread pool, or a call of something else
                }
                next = part.getSelect();
            }
            if (body == null || policies.length() == 0 || end.isEmpty()) {
                return null;
            }
            String pipeline = "Pipeline.of(" + policies + ").";
            if (end.equals("decorate")) {
                String method = made.equals("Supplier")
                        ? "decorate"
                        : made.equals("CompletionStage") ? "decorateAsync" : "decorate" + made;
                return pipeline + method + "(" + text(body) + ")";
            }
            return switch (made) {
                case "Runnable" -> pipeline + "run(" + body(body, "run") + ")";
                case "CompletionStage" -> pipeline + "callAsync(" + body(body, "get") + ")";
                default -> pipeline + "call(" + body(body, made.equals("Callable") ? "call" : "get") + ")";
            };
        }

        /** A fallback of a chain, for the failures that it names; null for one of results. */
        private static @Nullable String fallback(List<Expression> given, Expression handler) {
            String failures = given.size() < 2 ? "Throwable.class" : text(given.get(0));
            String classes = failures.replaceAll("^(List\\.of|Arrays\\.asList)\\((.*)\\)$", "$2");
            boolean both = handler instanceof J.Lambda lambda
                    && lambda.getParameters().getParameters().size() > 1; // the result and the failure
            if (both || !classes.matches("([\\w.]+\\.class(, )?)+")) {
                return null;
            }
            String handlers = Arrays.stream(classes.split(", "))
                    .map(name -> ".handle(" + here(name) + ", " + text(handler) + ")")
                    .collect(Collectors.joining());
            return "Fallback.of(\"name\", c -> c" + handlers + ")";
        }

        /** The exception that replaces one of resilience4j. */
        private static String here(String literal) {
            return MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception").entrySet().stream()
                    .filter(exception -> exception.getKey().endsWith("." + literal.replace(".class", "")))
                    .map(exception -> exception.getValue().replaceFirst(".*\\.", "") + ".class")
                    .findFirst()
                    .orElse(literal);
        }

        private static String body(Expression body, String method) {
            boolean lambda = body instanceof J.Lambda || body instanceof J.MemberReference;
            return text(body) + (lambda ? "" : "::" + method);
        }

        private String arguments(List<Expression> arguments) {
            return arguments.stream().map(this::replaced).collect(Collectors.joining(", "));
        }

        private static J.MethodInvocation first(J.MethodInvocation call) {
            return call.getSelect() instanceof J.MethodInvocation inner ? first(inner) : call;
        }
    }
}
