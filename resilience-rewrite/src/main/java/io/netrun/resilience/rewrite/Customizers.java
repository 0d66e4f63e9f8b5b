package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeTree;

/**
 * The beans of a file that change or observe instances of resilience4j when these are created. Instances of annotations
 * are of this library after the move, so that such beans have no effect on them: what sets plain values becomes a
 * customizer of this library, the others are leftovers.
 */
final class Customizers {

    private static final String HERE = "io.netrun.resilience.spring.settings.ConfigCustomizer";

    private static final String CONSUMER = "RegistryEventConsumer";

    /**
     * What a customizer is for.
     *
     * @param pattern the pattern of the annotations
     * @param config the configuration there
     * @param here the configuration here
     */
    private record Kind(String pattern, String config, String here) {

        String simpleHere() {
            return here.substring(here.lastIndexOf('.') + 1);
        }
    }

    private static final String CUSTOMIZER = "ConfigCustomizer";

    /** The kinds of customizers, by the simple names of their types. */
    private static final Map<String, Kind> KINDS = MappingTable.get()
            .rows(MappingTable.RESILIENCE4J, "type")
            .map(row -> MappedPatterns.simple(row.there().name()))
            .filter(simple -> simple.endsWith(CUSTOMIZER))
            .filter(simple -> MappedPatterns.ofType(simple.replace(CUSTOMIZER, "")) != null)
            .collect(Collectors.toMap(Function.identity(), Customizers::kind, (one, other) -> one));

    private static Kind kind(String customizer) {
        String pattern = String.valueOf(MappedPatterns.ofType(customizer.replace(CUSTOMIZER, "")));
        String here = MappedPatterns.annotation(pattern);
        return new Kind(
                pattern,
                customizer.replace("Customizer", ""),
                "io.netrun.resilience." + Names.uniform(pattern) + "." + here + "Config");
    }

    private static final List<String> ORDER =
            List.of("circuit-breaker", "retry", "bulkhead", "rate-limiter", "timeout");

    private static final Map<String, String> LISTENERS = Map.of(
            "circuit-breaker", "@EventListener void on(CircuitBreakerEvent.StateChanged event)",
            "retry", "@EventListener void on(RetryEvent.Retrying event)");

    /** The classes that a translated setting may need. */
    private static final Map<String, String> CONSTANTS = Map.of(
            "Detection.", "io.netrun.resilience.circuitbreaker.Detection",
            "BackoffStrategy.", "io.netrun.resilience.retry.BackoffStrategy",
            "Jitter.", "io.netrun.resilience.retry.Jitter");

    private final JavaSourceFile file;

    private final Constants constants;

    /** @param constants what constants are, and the names of the classes */
    Customizers(JavaSourceFile file, Constants constants) {
        this.file = file;
        this.constants = constants;
    }

    /**
     * A bean that sets plain values of one instance.
     *
     * @param method the method of the bean
     * @param kind what it customizes
     * @param instance the code of the name
     * @param name the name; null if it is not known
     * @param change the calls of the builder here
     */
    private record Candidate(
            J.MethodDeclaration method,
            Kind kind,
            String instance,
            @Nullable String name,
            String change) {

        boolean isAccepted(BiPredicate<String, String> accepted) {
            return name != null && accepted.test(kind.pattern(), name);
        }

        String code(String indent) {
            return "ConfigCustomizer.of(" + kind.simpleHere() + ".class, (name, config) -> name.equals(" + instance
                    + ")" + indent + "? config.toBuilder()" + change + ".build()" + indent + ": config)";
        }
    }

    /** Whether the file is to have no customizer of resilience4j any more. */
    boolean areAll(BiPredicate<String, String> accepted) {
        List<Candidate> candidates = candidates();
        return !candidates.isEmpty() && candidates.stream().allMatch(candidate -> candidate.isAccepted(accepted));
    }

    /** The file with customizers of this library, as far as they can be translated. */
    JavaSourceFile replaced(BiPredicate<String, String> accepted, ExecutionContext ctx) {
        return replaced(candidate -> candidate.isAccepted(accepted), ctx);
    }

    /** The file with all customizers that can be translated, whatever their names. */
    JavaSourceFile allReplaced(ExecutionContext ctx) {
        return replaced((Candidate candidate) -> true, ctx);
    }

    private JavaSourceFile replaced(Function<Candidate, Boolean> chosen, ExecutionContext ctx) {
        List<Candidate> candidates = candidates().stream().filter(chosen::apply).toList();
        if (candidates.isEmpty()) {
            return file;
        }
        Imports imports = new Imports(constants.types());
        Object visited = new JavaIsoVisitor<ExecutionContext>() {
            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, ExecutionContext p) {
                return candidates.stream()
                        .filter(candidate -> candidate.method().getId().equals(method.getId()))
                        .findFirst()
                        .map(candidate -> written(candidate, imports, p))
                        .orElseGet(() -> super.visitMethodDeclaration(method, p));
            }
        }.visit(file, ctx);
        return visited instanceof JavaSourceFile changed ? imports.apply(changed, Map.of(), ctx) : file;
    }

    private J.MethodDeclaration written(Candidate candidate, Imports imports, ExecutionContext ctx) {
        J.MethodDeclaration method = candidate.method();
        J.MethodDeclaration parsed = parsed(candidate, ctx);
        TypeTree type = method.getReturnTypeExpression();
        J.Block body = method.getBody();
        if (parsed == null || type == null || body == null || parsed.getBody() == null) {
            return method;
        }
        Kind kind = candidate.kind();
        imports.add(HERE);
        imports.add(kind.here());
        CONSTANTS.forEach((start, name) -> {
            if (candidate.change().contains(start)) {
                imports.add(name);
            }
        });
        String there = file.getImports().stream()
                .map(J.Import::getTypeName)
                .filter(name -> name.endsWith("." + type))
                .findFirst()
                .orElse(type.toString());
        imports.remove(there);
        Statement statement = parsed.getBody().getStatements().get(0);
        TypeTree returned = Objects.requireNonNull(parsed.getReturnTypeExpression());
        return method.withMethodType(null)
                .withReturnTypeExpression(returned.withPrefix(type.getPrefix()))
                .withBody(body.withStatements(
                        List.of(statement.withPrefix(body.getStatements().get(0).getPrefix()))));
    }

    private static J.@Nullable MethodDeclaration parsed(Candidate candidate, ExecutionContext ctx) {
        J.Block body = Objects.requireNonNull(candidate.method().getBody());
        String indent = body.getStatements().get(0).getPrefix().getIndent();
        String source = "class A {\nConfigCustomizer<" + candidate.kind().simpleHere() + "> a() {\n" + indent
                + "return " + candidate.code("\n" + indent + "        ") + ";\n}\n}\n";
        return Trees.method(source, ctx);
    }

    /** The beans that can be translated; none if the file uses their types for something else, too. */
    private List<Candidate> candidates() {
        Map<String, String> imported = imported();
        if (imported.keySet().stream().noneMatch(KINDS::containsKey)) {
            return List.of();
        }
        List<Candidate> candidates = new ArrayList<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, Integer p) {
                J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
                Candidate candidate = candidate(method, owner == null ? "" : owner.getSimpleName());
                if (candidate != null && imported.containsKey(String.valueOf(method.getReturnTypeExpression()))) {
                    candidates.add(candidate);
                }
                return super.visitMethodDeclaration(method, p);
            }
        }.visit(file, 0);
        return candidates;
    }

    private @Nullable Candidate candidate(J.MethodDeclaration method, String owner) {
        Kind kind = KINDS.get(String.valueOf(method.getReturnTypeExpression()));
        boolean bean = method.getLeadingAnnotations().stream()
                .anyMatch(annotation -> annotation.getSimpleName().equals("Bean"));
        if (kind == null
                || !bean
                || method.getBody() == null
                || method.getBody().getStatements().size() != 1
                || !(method.getBody().getStatements().get(0) instanceof J.Return returned)
                || !(returned.getExpression() instanceof J.MethodInvocation call)
                || !isOf(call, String.valueOf(method.getReturnTypeExpression()))
                || !(call.getArguments().get(1) instanceof J.Lambda lambda)) {
            return null;
        }
        List<J.MethodInvocation> calls = calls(lambda);
        String change = calls == null ? null : new ConfigCounterpart(kind.config()).exactChange(calls);
        String instance = CodeCounterparts.text(call.getArguments().get(0));
        if (change == null || isConfused(method, call, kind, change)) {
            return null;
        }
        return new Candidate(
                method,
                kind,
                instance,
                constants.text(call.getArguments().get(0), new Constants.Scope(file, owner)),
                change);
    }

    private static boolean isOf(J.MethodInvocation call, String type) {
        return call.getSimpleName().equals("of")
                && call.getSelect() != null
                && call.getSelect().toString().equals(type)
                && call.getArguments().size() == 2;
    }

    /** The calls of a builder in a lambda, in their order; null if it does something else. */
    private static @Nullable List<J.MethodInvocation> calls(J.Lambda lambda) {
        List<J> parameters = lambda.getParameters().getParameters();
        String builder = parameters.size() != 1
                ? ""
                : parameters.get(0) instanceof J.VariableDeclarations variable
                        ? variable.getVariables().get(0).getSimpleName()
                        : parameters.get(0).toString();
        List<J> statements = lambda.getBody() instanceof J.Block block
                ? List.copyOf(block.getStatements())
                : List.of(lambda.getBody());
        List<J.MethodInvocation> calls = new ArrayList<>();
        for (J statement : statements) {
            List<J.MethodInvocation> chain = new ArrayList<>();
            J next = statement;
            while (next instanceof J.MethodInvocation call) {
                chain.add(0, call);
                next = call.getSelect();
            }
            if (!(next instanceof J.Identifier root) || !root.getSimpleName().equals(builder)) {
                return null;
            }
            calls.addAll(chain);
        }
        return calls.isEmpty() ? null : calls;
    }

    /** Whether names of the new code have another meaning there, or values are of the other library. */
    private boolean isConfused(J.MethodDeclaration method, J.MethodInvocation call, Kind kind, String change) {
        Set<String> values = new HashSet<>();
        new JavaIsoVisitor<Set<String>>() {
            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Set<String> found) {
                found.add(identifier.getSimpleName());
                return identifier;
            }
        }.visit(call, values);
        Set<String> variables = new HashSet<>(Bridges.names(method));
        variables.addAll(values);
        Map<String, String> imported = imported();
        List<String> needed = new ArrayList<>(List.of(HERE, kind.here()));
        CONSTANTS.forEach((start, name) -> {
            if (change.contains(start)) {
                needed.add(name);
            }
        });
        return variables.contains("name")
                || variables.contains("config")
                || values.stream().anyMatch(name -> imported.containsKey(name) && !KINDS.containsKey(name))
                || needed.stream().anyMatch(name -> constants.types().isTaken(file, name, List.of()));
    }

    /** The types of resilience4j that the file imports, by their simple names. */
    private Map<String, String> imported() {
        return file.getImports().stream()
                .filter(imported -> !imported.isStatic())
                .map(J.Import::getTypeName)
                .filter(name -> name.startsWith(JavaMove.PACKAGE) && !name.endsWith("*"))
                .collect(Collectors.toMap(
                        name -> name.substring(name.lastIndexOf('.') + 1), name -> name, (one, other) -> one));
    }

    /**
     * Lists the beans that change or observe instances of annotations in vain.
     *
     * @param annotated the names of instances in annotations, by a pattern
     */
    void list(Function<String, Set<String>> annotated, Consumer<Left> left) {
        Set<Left> found = new LinkedHashSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                Kind kind = call.getSelect() == null
                        ? null
                        : KINDS.get(simple(call.getSelect().toString()));
                if (kind != null
                        && call.getSimpleName().equals("of")
                        && call.getArguments().size() == 2) {
                    String what = CodeCounterparts.text(Objects.requireNonNull(call.getSelect())) + ".of("
                            + CodeCounterparts.text(call.getArguments().get(0)) + ", …)";
                    addCustomizer(what, kind, call.getArguments().get(0), owner(), ofLambda(call, kind));
                }
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                if (declaration.getImplements() != null) {
                    declaration
                            .getImplements()
                            .forEach(type -> addClass(declaration.getSimpleName(), type, declaration.getBody()));
                }
                return super.visitClassDeclaration(declaration, p);
            }

            @Override
            public J.NewClass visitNewClass(J.NewClass created, Integer p) {
                if (created.getBody() != null && created.getClazz() != null) {
                    addClass(
                            "new " + CodeCounterparts.text(created.getClazz()) + "() {…}",
                            declared(created),
                            created.getBody());
                }
                return super.visitNewClass(created, p);
            }

            private String owner() {
                J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
                return owner == null ? "" : owner.getSimpleName();
            }

            /** The type of an anonymous class, with the arguments that its method or variable has for {@code <>}. */
            private TypeTree declared(J.NewClass created) {
                TypeTree type = Objects.requireNonNull(created.getClazz());
                if (!type.toString().endsWith("<>")) {
                    return type;
                }
                J.MethodDeclaration method = getCursor().firstEnclosing(J.MethodDeclaration.class);
                J.VariableDeclarations variable = getCursor().firstEnclosing(J.VariableDeclarations.class);
                TypeTree known = variable != null
                        ? variable.getTypeExpression()
                        : method == null ? null : method.getReturnTypeExpression();
                return known == null ? type : known;
            }

            private void addClass(String what, TypeTree type, J.Block body) {
                String simple = simple(type.toString());
                Kind kind = KINDS.get(simple);
                if (kind != null) {
                    addCustomizer(what, kind, returned(body), owner(), "…");
                } else if (simple.equals(CONSUMER)) {
                    addConsumer(type, found, annotated);
                }
            }

            private void addCustomizer(
                    String what, Kind kind, @Nullable Expression instance, String owner, String change) {
                String name = instance == null ? null : constants.text(instance, new Constants.Scope(file, owner));
                Set<String> names =
                        annotated.apply(CodeCounterparts.kind(kind.config().replaceFirst("Config$", "Registry")));
                boolean same = name != null && names.contains(name);
                if (!same && (name != null || names.isEmpty())) {
                    return;
                }
                String[] parts = change.split("(?=; without)", 2);
                String code = "ConfigCustomizer.of(" + kind.simpleHere() + ".class, (name, config) -> name.equals("
                        + (instance == null ? "…" : CodeCounterparts.text(instance)) + ") ? config.toBuilder()"
                        + parts[0] + ".build() : config)" + (parts.length > 1 ? parts[1] : "");
                found.add(new Left(
                        what,
                        (same
                                        ? "Annotations have the name " + name + ", too."
                                        : "Annotations have " + CodeCounterparts.listed(names)
                                                + ". If it is one of these:")
                                + " There, that was one instance; the one of annotations is of this library now, and"
                                + " this customizer has no effect on it. Add a bean " + code + "."));
            }
        }.visit(file, 0);
        found.forEach(left);
    }

    /** The calls of the builder here for those of a lambda, with what has no counterpart behind them. */
    private static String ofLambda(J.MethodInvocation call, Kind kind) {
        List<J.MethodInvocation> calls = call.getArguments().get(1) instanceof J.Lambda lambda ? calls(lambda) : null;
        if (calls == null || !ConfigCounterpart.isKnown(kind.config())) {
            return "…";
        }
        ConfigCounterpart counterpart = new ConfigCounterpart(kind.config());
        return counterpart.change(calls) + counterpart.left();
    }

    private static void addConsumer(TypeTree type, Set<Left> found, Function<String, Set<String>> annotated) {
        String argument = type instanceof J.ParameterizedType typed
                        && typed.getTypeParameters() != null
                        && !typed.getTypeParameters().isEmpty()
                ? simple(typed.getTypeParameters().get(0).toString())
                : "";
        String observed = MappedPatterns.ofType(argument);
        Set<String> patterns = observed == null ? new LinkedHashSet<>(ORDER) : Set.of(observed);
        for (String pattern : ORDER) {
            String kind = pattern.equals("bulkhead") && !argument.isEmpty()
                    ? CodeCounterparts.kind(argument + "Registry")
                    : pattern;
            Set<String> names =
                    patterns.contains(pattern) ? annotated.apply(kind.isEmpty() ? pattern : kind) : Set.of();
            if (!names.isEmpty()) {
                found.add(new Left(
                        CodeCounterparts.text(type),
                        "Annotations have " + CodeCounterparts.listed(names) + ", too. There, it got their"
                                + " instances; these are of this library now, and it does not get them. Listen to them"
                                + " with registry.onChange(…) of ResilienceRegistry"
                                + (LISTENERS.containsKey(pattern) ? ", or with " + LISTENERS.get(pattern) : "") + "."));
            }
        }
    }

    /** What the method {@code name} of a customizer returns; null if that is not known. */
    private static @Nullable Expression returned(J.Block body) {
        return body.getStatements().stream()
                .filter(J.MethodDeclaration.class::isInstance)
                .map(J.MethodDeclaration.class::cast)
                .filter(method -> method.getBody() != null
                        && (method.getSimpleName().equals("name")
                                || method.getSimpleName().equals("getName")))
                .flatMap(method -> Objects.requireNonNull(method.getBody()).getStatements().stream())
                .filter(J.Return.class::isInstance)
                .map(statement -> ((J.Return) statement).getExpression())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String simple(String type) {
        String raw = type.replaceAll("(?s)<.*>", "");
        return raw.substring(raw.lastIndexOf('.') + 1);
    }
}
