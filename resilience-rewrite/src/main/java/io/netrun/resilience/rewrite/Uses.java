package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;

/**
 * What code uses of methods, so that their parameters have to stay as they are.
 *
 * @param called the methods that are called or referred to, with the names of their classes where these are known
 * @param overriding the names of methods that implement or override others, or may be implemented
 * @param limited the files of classes with a limit on concurrent calls, by their simple names
 * @param annotated the annotations of methods and of their classes, by the methods as {@code Type.method/2}
 * @param reopening the annotations of what Spring Retry may retry, by modules and names
 * @param modules the modules of all files
 * @param types the classes, by their simple names
 * @param constants what constants are
 * @param moved whether annotations are moved that have to be activated there
 */
record Uses(
        Set<String> called,
        Set<String> overriding,
        Map<String, Set<String>> limited,
        Map<String, List<Annotated>> annotated,
        Map<String, Map<String, Annotated>> reopening,
        Set<String> modules,
        Map<String, List<Source>> types,
        Constants constants,
        AtomicBoolean moved) {

    private static final int DEPTH = 8;

    /** The annotations of Spring Retry whose methods have recovery methods. */
    static final List<String> RETRYING =
            List.of(SpringAnnotations.RETRY + "Retryable", SpringAnnotations.RETRY + "CircuitBreaker");

    private static final List<String> IGNORING = List.of("noRetryFor", "exclude");

    /** The class of the failure of an open circuit of Spring Retry, and those above it. */
    private static final Pattern EXHAUSTED = Pattern.compile(
            "\\b(ExhaustedRetryException|RetryException|NestedRuntimeException|RuntimeException|Exception|Throwable)\\.class");

    Uses() {
        this(
                new HashSet<>(),
                new HashSet<>(),
                new HashMap<>(),
                new HashMap<>(),
                new HashMap<>(),
                new HashSet<>(),
                new HashMap<>(),
                new Constants(),
                new AtomicBoolean());
    }

    /**
     * A class.
     *
     * @param declaration the class
     * @param file its file
     */
    record Source(J.ClassDeclaration declaration, JavaSourceFile file) {}

    /**
     * The annotations of a class or method.
     *
     * @param annotations the annotations
     * @param file their file
     */
    record Annotated(List<J.Annotation> annotations, JavaSourceFile file) {}

    /** The annotations that have one of Spring's as a meta-annotation. */
    ComposedAnnotations composed() {
        return new ComposedAnnotations(types, constants);
    }

    /** The class above a class, if its source is known and no other class has its name. */
    Optional<Source> parent(J.ClassDeclaration declaration) {
        List<Source> above = declaration.getExtends() == null
                ? List.of()
                : types.getOrDefault(simple(declaration.getExtends().toString()), List.of());
        return above.size() == 1 ? Optional.of(above.get(0)) : Optional.empty();
    }

    /** The classes and interfaces above a class whose sources are known, the nearest first. */
    List<Source> above(J.ClassDeclaration declaration) {
        List<Source> all = new ArrayList<>();
        addAbove(declaration, all, 0);
        return all;
    }

    private void addAbove(J.ClassDeclaration declaration, List<Source> all, int depth) {
        List<Source> next = new ArrayList<>(parent(declaration).stream().toList());
        if (declaration.getImplements() != null) {
            declaration.getImplements().forEach(type -> {
                List<Source> named = types.getOrDefault(simple(type.toString()), List.of());
                if (named.size() == 1) {
                    next.addAll(named);
                }
            });
        }
        all.addAll(next);
        if (depth < DEPTH) {
            next.forEach(source -> addAbove(source.declaration(), all, depth + 1));
        }
    }

    /** The classes beneath a class. */
    List<Source> heirs(J.ClassDeclaration declaration) {
        List<Source> heirs = new ArrayList<>();
        if (types.getOrDefault(declaration.getSimpleName(), List.of()).size() == 1) {
            types.values()
                    .forEach(all -> all.stream()
                            .filter(source -> isBeneath(source.declaration(), declaration, 0))
                            .forEach(heirs::add));
        }
        return heirs;
    }

    /**
     * What the type variables of a class are in one beneath it, such as {@code T} of {@code Base<T>} in a class that
     * extends {@code Base<String>}; empty if it is not known.
     */
    Map<String, String> bindings(J.ClassDeclaration heir, J.ClassDeclaration owner) {
        Map<String, String> known = Map.of();
        J.ClassDeclaration type = heir;
        for (int depth = 0; depth < DEPTH && !type.getId().equals(owner.getId()); depth++) {
            Source parent = parent(type).orElse(null);
            if (parent == null) {
                return Map.of();
            }
            List<Expression> given =
                    type.getExtends() instanceof J.ParameterizedType written && written.getTypeParameters() != null
                            ? written.getTypeParameters()
                            : List.of();
            List<J.TypeParameter> variables = parent.declaration().getTypeParameters() == null
                    ? List.of()
                    : parent.declaration().getTypeParameters();
            Map<String, String> next = new HashMap<>();
            for (int i = 0; i < variables.size() && variables.size() == given.size(); i++) {
                next.put(
                        String.valueOf(variables.get(i).getName()),
                        WrittenTypes.with(WrittenTypes.of(given.get(i)), known));
            }
            known = next;
            type = parent.declaration();
        }
        return known;
    }

    private boolean isBeneath(J.ClassDeclaration type, J.ClassDeclaration above, int depth) {
        Source parent = depth > DEPTH ? null : parent(type).orElse(null);
        return parent != null
                && (parent.declaration().getId().equals(above.getId())
                        || isBeneath(parent.declaration(), above, depth + 1));
    }

    /** Adds what a file uses. */
    void scan(JavaSourceFile file) {
        constants.scan(file);
        modules.add(Names.module(SettingsMove.path(file)));
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, Integer p) {
                called.add(key(call.getMethodType(), call.getSimpleName()));
                return super.visitMethodInvocation(call, p);
            }

            @Override
            public J.MemberReference visitMemberReference(J.MemberReference reference, Integer p) {
                called.add(
                        key(reference.getMethodType(), reference.getReference().getSimpleName()));
                return super.visitMemberReference(reference, p);
            }

            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                types.computeIfAbsent(declaration.getSimpleName(), name -> new ArrayList<>())
                        .add(new Source(declaration, file));
                boolean limits = declaration.getLeadingAnnotations().stream()
                        .anyMatch(annotation -> annotation.getSimpleName().equals("ConcurrencyLimit"));
                if (limits) {
                    limited.computeIfAbsent(declaration.getSimpleName(), name -> new HashSet<>())
                            .add(SettingsMove.path(file));
                }
                addReopening(declaration.getLeadingAnnotations(), declaration.getSimpleName(), file);
                for (J.MethodDeclaration method : FailureArguments.methods(declaration)) {
                    addReopening(
                            method.getLeadingAnnotations(),
                            declaration.getSimpleName() + "." + method.getSimpleName(),
                            file);
                    List<J.Annotation> annotations = new ArrayList<>(declaration.getLeadingAnnotations());
                    annotations.addAll(method.getLeadingAnnotations());
                    if (!annotations.isEmpty()) {
                        annotated
                                .computeIfAbsent(
                                        declaration.getSimpleName() + "." + signature(method),
                                        each -> new ArrayList<>())
                                .add(new Annotated(annotations, file));
                    }
                }
                return super.visitClassDeclaration(declaration, p);
            }

            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, Integer p) {
                boolean overrides = method.getLeadingAnnotations().stream()
                        .anyMatch(annotation -> annotation.getSimpleName().equals("Override"));
                if (overrides) {
                    overriding.add(method.getSimpleName());
                }
                return super.visitMethodDeclaration(method, p);
            }
        }.visit(file, 0);
    }

    private void addReopening(List<J.Annotation> annotations, String name, JavaSourceFile file) {
        String path = SettingsMove.path(file);
        if (!annotations.isEmpty()
                && (SettingsDocument.sources(path).isEmpty()
                        || SettingsDocument.sources(path).equals("main"))) {
            reopening
                    .computeIfAbsent(Names.module(path), module -> new TreeMap<>())
                    .put(name, new Annotated(annotations, file));
        }
    }

    /** Whether a retry of Spring Retry goes on for the failure of an open circuit inside, as it is there. */
    private boolean isReopening(Annotated annotated) {
        return annotated.annotations().stream()
                .map(annotation -> retryable(annotation, annotated.file()))
                .filter(Objects::nonNull)
                .map(Trees::arguments)
                .anyMatch(arguments -> !arguments.containsKey("interceptor")
                        && !"true".equals(String.valueOf(arguments.get("stateful")))
                        && !"1".equals(String.valueOf(arguments.get("maxAttempts")))
                        && IGNORING.stream().map(arguments::get).noneMatch(Uses::namesExhausted));
    }

    /** The retry that an annotation is, or that it is composed of; null for none. */
    private J.@Nullable Annotation retryable(J.Annotation annotation, JavaSourceFile file) {
        String name = SpringAnnotations.RETRY + "Retryable";
        return Trees.typeName(annotation, file).equals(name)
                ? annotation
                : composed().base(annotation, name, file);
    }

    private static boolean namesExhausted(@Nullable Expression classes) {
        return classes != null
                && EXHAUSTED.matcher(CodeCounterparts.text(classes)).find();
    }

    /** The retries of the applications that have a module which an open circuit inside would not end. */
    Set<String> reopening(String module, Builds builds) {
        Set<String> all = new TreeSet<>();
        for (String application : modules) {
            Set<String> parts = new HashSet<>(builds.libraries(application, modules));
            parts.add(application);
            if (parts.contains(module)) {
                parts.forEach(part -> reopening.getOrDefault(part, Map.of()).forEach((name, annotated) -> {
                    if (isReopening(annotated)) {
                        all.add(name);
                    }
                }));
            }
        }
        return all;
    }

    /** The classes that implement or extend a type. */
    List<Source> beneath(J.ClassDeclaration type) {
        return types.values().stream()
                .flatMap(List::stream)
                .filter(source -> above(source.declaration()).stream()
                        .anyMatch(above -> above.declaration().getId().equals(type.getId())))
                .toList();
    }

    /** Whether something else than the library uses a method. */
    boolean isUsed(J.MethodDeclaration method) {
        String name = method.getSimpleName();
        return overriding.contains(name)
                || method.getBody() == null
                || called.contains("." + name)
                || called.contains(key(method.getMethodType(), name));
    }

    /** Whether Spring Retry retries what has annotations, without naming its recovery. */
    private boolean isRetried(Annotated annotated) {
        return annotated.annotations().stream()
                .anyMatch(annotation -> RETRYING.stream()
                        .map(name ->
                                Trees.typeName(annotation, annotated.file()).equals(name)
                                        ? annotation
                                        : composed().base(annotation, name, annotated.file()))
                        .filter(Objects::nonNull)
                        .map(Trees::arguments)
                        .anyMatch(arguments ->
                                !arguments.containsKey("recover") && !arguments.containsKey("interceptor")));
    }

    private static String signature(J.MethodDeclaration method) {
        long parameters = method.getParameters().stream()
                .filter(J.VariableDeclarations.class::isInstance)
                .count();
        return method.getSimpleName() + "/" + parameters;
    }

    /** Whether an interface or superclass has the annotation that retries a method. */
    boolean isRetriedAbove(J.ClassDeclaration owner, J.MethodDeclaration method) {
        Set<String> above = new LinkedHashSet<>();
        if (owner.getExtends() != null) {
            above.add(simple(owner.getExtends().toString()));
        }
        if (owner.getImplements() != null) {
            owner.getImplements().forEach(type -> above.add(simple(type.toString())));
        }
        if (owner.getType() != null) {
            addTypes(owner.getType(), above);
        }
        return above.stream()
                .flatMap(type -> annotated.getOrDefault(type + "." + signature(method), List.of()).stream())
                .anyMatch(this::isRetried);
    }

    private static void addTypes(JavaType.FullyQualified type, Set<String> above) {
        List<JavaType.FullyQualified> types = new ArrayList<>(type.getInterfaces());
        if (type.getSupertype() != null) {
            types.add(type.getSupertype());
        }
        for (JavaType.FullyQualified next : types) {
            if (!(next instanceof JavaType.Unknown) && above.add(simple(next.getClassName()))) {
                addTypes(next, above);
            }
        }
    }

    private static String simple(String type) {
        String raw = type.replaceAll("(?s)<.*>", "");
        return raw.substring(raw.lastIndexOf('.') + 1);
    }

    /** Whether several classes with a limit have the same simple name. */
    boolean isNameOfSeveralLimited(String name) {
        return limited.getOrDefault(name, Set.of()).size() > 1;
    }

    private static String key(JavaType.@Nullable Method type, String name) {
        return type == null || type.getDeclaringType() instanceof JavaType.Unknown
                ? "." + name
                : type.getDeclaringType().getFullyQualifiedName() + "." + name;
    }
}
