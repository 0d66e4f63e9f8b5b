package io.netrun.resilience.rewrite;

import io.netrun.resilience.rewrite.ProtectedMethods.Moved;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Tree;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.JavaVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;

/** Moves the annotations and the exceptions of resilience4j in a source file. One use for each file. */
final class JavaMove extends JavaIsoVisitor<ExecutionContext> {

    static final String PACKAGE = "io.github.resilience4j.";

    static final String CLOUD_PACKAGE = "org.springframework.cloud.circuitbreaker.resilience4j.";

    static final List<String> PACKAGES = List.of(PACKAGE, CLOUD_PACKAGE);

    private static final String RETRY = "io.netrun.resilience.annotation.Retry";

    private static final String ENABLE_ASYNC = "org.springframework.scheduling.annotation.EnableAsync";

    private static final Map<String, String> EXCEPTIONS =
            MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception");

    /** The failures of a retry with a result that it does not accept. */
    private static final Set<String> EXHAUSTED = Set.of(
            "io.github.resilience4j.retry.MaxRetriesExceededException",
            "io.github.resilience4j.retry.MaxRetriesExceeded");

    /** What a fallback method gets for such a result. */
    private static final String UNACCEPTABLE = "io.netrun.resilience.retry.UnacceptableResultException";

    private static final String OWN_TIMEOUT = String.valueOf(EXCEPTIONS.get(FromResilience4j.TIMEOUT));

    private final ModuleSettings module;

    private final ProtectedMethods.Options options;

    private final boolean enableAsync;

    private final boolean exceptionsStay;

    private final Constants constants;

    private final Hierarchy hierarchy;

    private final Set<UUID> handled = new HashSet<>();

    /** The texts that name settings and are not moved, by what to do about them. */
    private final Map<Left, Set<UUID>> texts = new LinkedHashMap<>();

    /** What stood for the names of fallback methods, by the ids of these names. */
    private final Map<UUID, Expression> former = new HashMap<>();

    private final Set<String> fallbacks = new HashSet<>();

    /** The fallback methods of methods with a time limiter. */
    private final Set<String> limited = new HashSet<>();

    /** The fallback methods of methods that may throw the other timeout themselves. */
    private final Set<String> unlimited = new HashSet<>();

    private final Imports imports;

    private FailureArguments failureArguments = FailureArguments.NONE;

    private boolean async;

    /**
     * @param module what is known of the module of the file
     * @param options how to move annotations
     * @param enableAsync whether the applications of the file are to enable {@code @Async}
     * @param exceptionsStay whether calls fail with the exceptions of resilience4j as before
     * @param constants what constants are
     * @param hierarchy the classes of all sources
     */
    JavaMove(
            ModuleSettings module,
            ProtectedMethods.Options options,
            boolean enableAsync,
            boolean exceptionsStay,
            Constants constants,
            Hierarchy hierarchy) {
        this.constants = constants;
        this.hierarchy = hierarchy;
        this.imports = new Imports(constants.types());
        this.module = module;
        this.options = options;
        this.enableAsync = enableAsync;
        this.exceptionsStay = exceptionsStay;
    }

    /** The file after the move. */
    JavaSourceFile move(JavaSourceFile original, ExecutionContext ctx) {
        JavaSourceFile file = withTexts(Trees.withoutUnusedTypes(original, PACKAGE));
        collect(file);
        leaveExhausted(file);
        Tree moved = visit(file, ctx);
        JavaSourceFile result = imports.apply(
                withConstants(moved instanceof JavaSourceFile changed ? changed : file),
                MappingTable.get().renamed(MappingTable.RESILIENCE4J, "annotation"),
                ctx);
        result = Trees.withoutUnusedPackages(result, PACKAGE);
        if (!exceptionsStay && isForeign(result) && !needsMoreThanExceptions(result)) {
            for (Map.Entry<String, String> exception : EXCEPTIONS.entrySet()) {
                if (exception.getKey().startsWith(PACKAGE)) {
                    result = imports.changed(result, exception.getKey(), exception.getValue(), ctx);
                }
            }
            result = ExceptionCalls.renamed(result, null);
        }
        for (Map.Entry<Left, Set<UUID>> text : texts.entrySet()) {
            Left row = text.getKey();
            Set<Integer> lines = Trees.lines(result, text.getValue(), row.what());
            options.left().accept(new Left(row.what(), row.reason() + Remains.where(lines)));
        }
        return result;
    }

    /** The file with the names of fallback methods instead of constants for them, so that each is known. */
    private JavaSourceFile withTexts(JavaSourceFile file) {
        Tree changed = new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                List<Expression> arguments = annotation.getArguments();
                if (arguments == null || ProtectedMethods.pattern(annotation, file) == null) {
                    return annotation;
                }
                J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
                Constants.Scope scope = new Constants.Scope(file, owner == null ? "" : owner.getSimpleName());
                return annotation.withArguments(ListUtils.map(arguments, argument -> {
                    boolean named = argument instanceof J.Assignment assignment
                            && assignment.getVariable().toString().equals("fallbackMethod")
                            && Trees.text(assignment.getAssignment()) == null;
                    String text = named ? constants.text(((J.Assignment) argument).getAssignment(), scope) : null;
                    if (text == null) {
                        return argument;
                    }
                    J.Assignment assignment = (J.Assignment) argument;
                    J.Literal literal = Trees.literal(text)
                            .withPrefix(assignment.getAssignment().getPrefix());
                    former.put(literal.getId(), assignment.getAssignment());
                    return assignment.withAssignment(literal);
                }));
            }
        }.visit(file, 0);
        return changed instanceof JavaSourceFile texts ? texts : file;
    }

    /** The file with the constants again, where the names are still those. */
    private JavaSourceFile withConstants(JavaSourceFile file) {
        Tree changed = former.isEmpty()
                ? file
                : new JavaVisitor<Integer>() {
                    @Override
                    public J visitLiteral(J.Literal literal, Integer p) {
                        Expression constant = former.get(literal.getId());
                        return constant == null ? literal : constant.withPrefix(literal.getPrefix());
                    }
                }.visit(file, 0);
        return changed instanceof JavaSourceFile constant ? constant : file;
    }

    /** Whether methods of the file have become asynchronous. */
    boolean isAsync() {
        return async;
    }

    /** Lists a failure that is for results alone there, and wraps failures, too, here. */
    private void leaveExhausted(JavaSourceFile file) {
        Set<String> named = new HashSet<>();
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Import visitImport(J.Import imported, Integer p) {
                return imported;
            }

            @Override
            public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, Integer p) {
                if (fallbacks.contains(method.getSimpleName()) && method.getBody() != null) {
                    visit(method.getBody(), p, getCursor()); // its parameters are moved
                    return method;
                }
                return super.visitMethodDeclaration(method, p);
            }

            @Override
            public J.InstanceOf visitInstanceOf(J.InstanceOf test, Integer p) {
                return isInFallback(getCursor()) && isExhausted(test.getClazz(), file)
                        ? test
                        : super.visitInstanceOf(test, p);
            }

            @Override
            public J.TypeCast visitTypeCast(J.TypeCast cast, Integer p) {
                if (isInFallback(getCursor()) && isExhausted(cast.getClazz().getTree(), file)) {
                    return cast;
                }
                return super.visitTypeCast(cast, p);
            }

            @Override
            public J.FieldAccess visitFieldAccess(J.FieldAccess access, Integer p) {
                if (EXHAUSTED.contains(access.toString())) {
                    named.add(access.toString());
                }
                return super.visitFieldAccess(access, p);
            }

            @Override
            public J.Identifier visitIdentifier(J.Identifier identifier, Integer p) {
                String name = exhausted(identifier, file);
                if (name != null) {
                    named.add(name);
                }
                return identifier;
            }
        }.visit(file, 0);
        named.stream()
                .sorted()
                .forEach(name -> options.left()
                        .accept(new Left(
                                name,
                                "There, only a result that stays unacceptable throws it. RetryExhaustedException is"
                                        + " thrown where on-exhausted is wrap, for failures, too: for a result, its cause"
                                        + " is UnacceptableResultException, which is also what a fallback method for"
                                        + " Throwable gets. Check the lines that name it.")));
    }

    private boolean isInFallback(Cursor cursor) {
        J.MethodDeclaration method = cursor.firstEnclosing(J.MethodDeclaration.class);
        return method != null && fallbacks.contains(method.getSimpleName());
    }

    private static boolean isExhausted(@Nullable J type, JavaSourceFile file) {
        return type instanceof J.Identifier name
                ? exhausted(name, file) != null
                : type instanceof J.FieldAccess access && EXHAUSTED.contains(access.toString());
    }

    /** The full name of a type, if it is one of those failures. */
    private static @Nullable String exhausted(J.Identifier name, JavaSourceFile file) {
        return EXHAUSTED.stream()
                .filter(type -> type.endsWith("." + name.getSimpleName()))
                .filter(type -> file.getImports().stream()
                        .anyMatch(imported -> imported.getTypeName().equals(type)
                                || (imported.getPackageName().equals(PACKAGE + "retry")
                                        && imported.getQualid().getSimpleName().equals("*"))))
                .findFirst()
                .orElse(null);
    }

    @Override
    public J.InstanceOf visitInstanceOf(J.InstanceOf test, ExecutionContext ctx) {
        J.InstanceOf visited = super.visitInstanceOf(test, ctx);
        return isOfResult(visited.getClazz()) ? visited.withClazz(unacceptable(visited.getClazz())) : visited;
    }

    @Override
    public J.TypeCast visitTypeCast(J.TypeCast cast, ExecutionContext ctx) {
        J.TypeCast visited = super.visitTypeCast(cast, ctx);
        TypeTree type = visited.getClazz().getTree();
        return isOfResult(type) ? visited.withClazz(visited.getClazz().withTree(unacceptable(type))) : visited;
    }

    private boolean isOfResult(@Nullable J type) {
        return !exceptionsStay
                && isInFallback(getCursor())
                && isExhausted(type, getCursor().firstEnclosingOrThrow(JavaSourceFile.class));
    }

    private J.Identifier unacceptable(J former) {
        imports.add(UNACCEPTABLE);
        EXHAUSTED.forEach(imports::remove);
        return Trees.identifier(
                        UNACCEPTABLE.substring(UNACCEPTABLE.lastIndexOf('.') + 1),
                        JavaType.ShallowClass.build(UNACCEPTABLE))
                .withPrefix(former.getPrefix());
    }

    /** Whether a file names types of resilience4j, or those of Spring Cloud for it. */
    static boolean isForeign(JavaSourceFile file) {
        return Trees.mentions(file, PACKAGE, Set.of()) || Trees.mentions(file, CLOUD_PACKAGE, Set.of());
    }

    /** The types that are others after the move, where they are named. */
    private static Set<String> movedTypes() {
        Set<String> types = new HashSet<>(EXCEPTIONS.keySet());
        types.addAll(MappingTable.get()
                .renamed(MappingTable.RESILIENCE4J, "annotation")
                .keySet());
        return types;
    }

    /** Whether a file that was moved still needs resilience4j, by what it names now: a second run finds the same. */
    static boolean needsForeign(JavaSourceFile moved) {
        return PACKAGES.stream()
                .anyMatch(name -> moved.getImports().stream()
                                .anyMatch(imported -> imported.getTypeName().startsWith(name))
                        || !Remains.types(moved, name).isEmpty()
                        || !Remains.unnamed(moved, name, movedTypes()).isEmpty());
    }

    /** Whether a file needs more of resilience4j than its exceptions, by what it names now. */
    private static boolean needsMoreThanExceptions(JavaSourceFile moved) {
        Set<String> names = new HashSet<>(Remains.types(moved, PACKAGE).keySet());
        moved.getImports().stream()
                .map(J.Import::getTypeName)
                .filter(name -> name.startsWith(PACKAGE))
                .forEach(names::add);
        names.removeAll(EXCEPTIONS.keySet());
        return !names.isEmpty()
                || !Remains.unnamed(moved, PACKAGE, movedTypes()).isEmpty();
    }

    /**
     * The types for which a file needs resilience4j, with the names that stand for them: their own, or those of the
     * methods whose calls need them.
     */
    static Map<String, Set<String>> keeping(JavaSourceFile moved) {
        Map<String, Set<String>> types = new TreeMap<>();
        for (String name : PACKAGES) {
            types.putAll(Remains.unnamed(moved, name, movedTypes()));
            Remains.types(moved, name).forEach((type, simple) -> types.put(type, Set.of(simple)));
        }
        return types;
    }

    /** The types of resilience4j that a file names and that are not moved, with their simple names. */
    static Map<String, String> foreignTypes(JavaSourceFile file) {
        Map<String, String> types = new TreeMap<>();
        PACKAGES.forEach(name -> types.putAll(Remains.types(file, name)));
        Set<String> packages = new TreeSet<>();
        for (J.Import imported : file.getImports()) {
            String name = imported.getPackageName();
            if (!imported.isStatic()
                    && imported.getQualid().getSimpleName().equals("*")
                    && PACKAGES.stream().anyMatch((name + ".")::startsWith)) {
                packages.add(name);
                Imports.identifiers(file).stream()
                        .filter(simple -> MappingTable.get()
                                .find(MappingTable.RESILIENCE4J, "type", name + "." + simple)
                                .isPresent())
                        .forEach(simple -> types.put(name + "." + simple, simple));
            }
        }
        packages.stream()
                .filter(name -> types.keySet().stream().noneMatch(type -> type.startsWith(name + ".")))
                .forEach(name -> types.put(name + ".*", ""));
        Set<String> all = Set.copyOf(types.keySet());
        types.keySet()
                .removeIf(type ->
                        movedTypes().contains(type) || all.stream().anyMatch(outer -> type.startsWith(outer + ".")));
        return types;
    }

    /** Finds the names of fallback methods, before any method is visited. */
    private void collect(JavaSourceFile file) {
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                String pattern = ProtectedMethods.pattern(annotation, file);
                String name = pattern == null ? null : Trees.text(ProtectedMethods.fallback(annotation));
                if (name != null) {
                    fallbacks.add(name);
                }
                return annotation;
            }

            @Override
            public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, Integer p) {
                Set<String> ofClass = ClassFallbacks.names(declaration.getLeadingAnnotations(), file);
                boolean limits = isLimited(declaration.getLeadingAnnotations(), file);
                for (J.MethodDeclaration method : FailureArguments.methods(declaration)) {
                    Set<String> own = new HashSet<>(ClassFallbacks.names(method.getLeadingAnnotations(), file));
                    if (own.isEmpty() && ClassFallbacks.isCovered(declaration, method, "")) {
                        own.addAll(ofClass);
                    }
                    boolean ofMethod = limits || isLimited(method.getLeadingAnnotations(), file);
                    if (ofMethod) {
                        limited.addAll(own);
                    }
                    if (!ofMethod || throwsTimeout(method)) {
                        unlimited.addAll(own);
                    }
                }
                return super.visitClassDeclaration(declaration, p);
            }
        }.visit(file, 0);
    }

    private static boolean isLimited(List<J.Annotation> annotations, JavaSourceFile file) {
        return annotations.stream()
                .anyMatch(annotation -> "timeout".equals(ProtectedMethods.pattern(annotation, file)));
    }

    private static boolean throwsTimeout(J.MethodDeclaration method) {
        return method.getThrows() != null
                && method.getThrows().stream()
                        .anyMatch(thrown -> thrown.toString().endsWith("TimeoutException"));
    }

    @Override
    public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration declaration, ExecutionContext ctx) {
        FailureArguments outer = failureArguments;
        failureArguments = FailureArguments.of(declaration, method -> merged(declaration, method));
        J.ClassDeclaration visited = super.visitClassDeclaration(declaration, ctx);
        List<Statement> statements =
                withTimeouts(failureArguments.added(visited.getBody().getStatements(), ctx), ctx);
        if (statements.size() > visited.getBody().getStatements().size()) {
            visited = visited.withBody(visited.getBody().withStatements(statements));
        }
        failureArguments = outer;
        visited = withOpenResults(declaration, visited);
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        if (declaration.getKind() == J.ClassDeclaration.Kind.Type.Annotation) {
            return without(visited, annotation -> isOfAnAnnotation(declaration, annotation, file));
        }
        Unreached unreached = new Unreached(hierarchy, file, options.left());
        Set<UUID> inVain = declaration.getLeadingAnnotations().stream()
                .filter(annotation -> unreached.isInVain(declaration, annotation))
                .map(J.Annotation::getId)
                .collect(Collectors.toSet());
        visited = without(visited, annotation -> inVain.contains(annotation.getId()));
        fallbacksOf(declaration).list(options.left());
        poolOf(declaration).list(options.left());
        for (J.Annotation annotation : declaration.getLeadingAnnotations()) {
            if (ProtectedMethods.pattern(annotation, file) != null) {
                ClassAnnotations.list(declaration, annotation, options.left());
                ClassAnnotations.listInherited(declaration, annotation, options.left());
            }
        }
        Moved moved = methods()
                .move(
                        visited.getLeadingAnnotations(),
                        Set.of(),
                        "",
                        visited.getPrefix(),
                        name -> FallbackFit.failures(declaration, null, name),
                        Map.of());
        moved = fallbacksOf(declaration).areSpread() ? withoutFallback(moved) : moved;
        add(moved);
        visited = visited.withLeadingAnnotations(moved.annotations());
        if (enableAsync && AsyncHomes.isApplication(visited) && !AsyncHomes.isEnabling(visited)) {
            List<J.Annotation> annotations = new ArrayList<>(visited.getLeadingAnnotations());
            annotations.add(Trees.beside(annotations.get(0), ENABLE_ASYNC, List.of(), visited.getPrefix()));
            imports.add(ENABLE_ASYNC);
            return visited.withLeadingAnnotations(annotations);
        }
        return visited;
    }

    /** With fallback methods whose results start here, too. */
    private J.ClassDeclaration withOpenResults(J.ClassDeclaration declaration, J.ClassDeclaration visited) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        Set<String> ofClass = ClassFallbacks.names(declaration.getLeadingAnnotations(), file);
        List<Statement> former = visited.getBody().getStatements();
        List<Statement> opened = new FallbackResults(file, options.left())
                .opened(declaration, former, (method, fallback) -> {
                    String name = fallback.getSimpleName();
                    boolean named = ClassFallbacks.names(method.getLeadingAnnotations(), file)
                                    .contains(name)
                            || (ofClass.contains(name) && ClassFallbacks.isCovered(declaration, method, name));
                    return named && FallbackFit.isCalled(fallback, method);
                });
        return visited.withBody(visited.getBody().withStatements(opened));
    }

    /** With overloads of fallback methods for both timeouts: calls with a time limiter have another one here. */
    private List<Statement> withTimeouts(List<Statement> statements, ExecutionContext ctx) {
        List<Statement> all = new ArrayList<>();
        for (Statement statement : statements) {
            all.add(statement);
            if (!(statement instanceof J.MethodDeclaration fallback) || !isForBoth(fallback)) {
                continue;
            }
            List<Statement> parameters = new ArrayList<>(fallback.getParameters());
            int last = parameters.size() - 1;
            J.VariableDeclarations failure = (J.VariableDeclarations) parameters.get(last);
            parameters.set(last, ofTimeout(failure).withId(Tree.randomId()));
            List<String> names = Bridges.names(fallback);
            names.set(last, "new " + failure.getTypeExpression() + "(" + names.get(last) + ".getMessage())");
            String call = fallback.getSimpleName() + "(" + String.join(", ", names) + ")";
            J.MethodDeclaration added = Bridges.of(fallback, fallback.getSimpleName(), parameters, call, ctx);
            if (added != null) {
                imports.add(OWN_TIMEOUT);
                all.add(added);
            }
        }
        return all;
    }

    private boolean isForBoth(J.MethodDeclaration fallback) {
        List<Statement> parameters = fallback.getParameters();
        boolean named = limited.contains(fallback.getSimpleName()) && unlimited.contains(fallback.getSimpleName());
        if (!named || parameters.isEmpty()) { // a record's compact constructor has no list of parameters at all
            return false;
        }
        JavaType.FullyQualified type = parameters.get(parameters.size() - 1) instanceof J.VariableDeclarations last
                ? TypeUtils.asFullyQualified(last.getType())
                : null;
        return type != null && type.getFullyQualifiedName().equals(FromResilience4j.TIMEOUT);
    }

    private static J.VariableDeclarations ofTimeout(J.VariableDeclarations failure) {
        String name = OWN_TIMEOUT.substring(OWN_TIMEOUT.lastIndexOf('.') + 1);
        Space prefix = failure.getTypeExpression() == null
                ? Space.EMPTY
                : failure.getTypeExpression().getPrefix();
        return failure.withTypeExpression(
                Trees.identifier(name, JavaType.ShallowClass.build(OWN_TIMEOUT)).withPrefix(prefix));
    }

    /** resilience4j does not look at the annotations of an annotation, and this library does. */
    private boolean isOfAnAnnotation(J.ClassDeclaration declaration, J.Annotation annotation, JavaSourceFile file) {
        if (ProtectedMethods.pattern(annotation, file) == null) {
            return false;
        }
        options.left()
                .accept(new Left(
                        "@" + annotation.getSimpleName() + " at @" + declaration.getSimpleName(),
                        "It had no effect on methods with that annotation, and would have one here, so it was"
                                + " removed. Add the one of this library if it is meant."));
        return true;
    }

    private J.ClassDeclaration without(J.ClassDeclaration declaration, Predicate<J.Annotation> dropped) {
        List<J.Annotation> former = declaration.getLeadingAnnotations();
        List<J.Annotation> kept = kept(former, dropped);
        if (kept.size() == former.size()) {
            return declaration;
        } else if (kept.isEmpty()) {
            List<J.Modifier> modifiers = new ArrayList<>(declaration.getModifiers());
            if (modifiers.isEmpty()) {
                return declaration
                        .withLeadingAnnotations(kept)
                        .getPadding()
                        .withKind(declaration.getPadding().getKind().withPrefix(Space.EMPTY));
            }
            modifiers.set(0, modifiers.get(0).withPrefix(Space.EMPTY));
            return declaration.withLeadingAnnotations(kept).withModifiers(modifiers);
        }
        return declaration.withLeadingAnnotations(kept);
    }

    private J.MethodDeclaration without(J.MethodDeclaration method, Predicate<J.Annotation> dropped) {
        return AddedAnnotations.withOnly(method, kept(method.getLeadingAnnotations(), dropped));
    }

    /** The annotations that stay; the first one stands where the first one stood. */
    private List<J.Annotation> kept(List<J.Annotation> annotations, Predicate<J.Annotation> dropped) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        List<J.Annotation> kept = new ArrayList<>();
        Space first = null;
        for (J.Annotation annotation : annotations) {
            if (dropped.test(annotation)) {
                first = kept.isEmpty() && first == null ? annotation.getPrefix() : first;
                imports.remove(Trees.typeName(annotation, file));
            } else {
                kept.add(kept.isEmpty() && first != null ? annotation.withPrefix(first) : annotation);
            }
        }
        return kept;
    }

    /** Without what resilience4j does not look at, and this library does. */
    private J.MethodDeclaration withoutVain(J.MethodDeclaration method, J.MethodDeclaration declaration) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        if (owner == null) {
            return method;
        }
        Unreached unreached = new Unreached(hierarchy, file, options.left());
        boolean isAnnotation = owner.getKind() == J.ClassDeclaration.Kind.Type.Annotation;
        return without(
                method,
                annotation -> isAnnotation
                        ? isAlias(annotation, declaration, file)
                        : unreached.isInVain(owner, declaration, annotation));
    }

    /** An alias of an annotation that had no effect, and that is removed. */
    private boolean isAlias(J.Annotation annotation, J.MethodDeclaration method, JavaSourceFile file) {
        Expression type = annotation.getSimpleName().equals("AliasFor")
                ? Trees.arguments(annotation).get("annotation")
                : null;
        if (!(type instanceof J.FieldAccess literal) || !literal.getSimpleName().equals("class")) {
            return false;
        }
        String name = literal.getTarget().toString();
        boolean ours = MappingTable.get().renamed(MappingTable.RESILIENCE4J, "annotation").keySet().stream()
                .anyMatch(there -> there.equals(name)
                        || (there.endsWith("." + name)
                                && (TypeNames.isImported(file, there)
                                        || TypeNames.isImported(
                                                file, there.substring(0, there.lastIndexOf('.')) + ".*"))));
        if (ours) {
            imports.remove("org.springframework.core.annotation.AliasFor");
            options.left()
                    .accept(new Left(
                            CodeCounterparts.text(annotation),
                            "It had no effect, since resilience4j does not look at the annotations of an annotation, so"
                                    + " it was removed with these: " + method.getSimpleName() + " sets nothing."));
        }
        return ours;
    }

    /** The fallback methods of a method, the first one first, as far as resilience4j calls them. */
    private List<String> merged(J.ClassDeclaration owner, J.MethodDeclaration method) {
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        Map<String, Expression> ofClass = ofClass(owner, method);
        List<String> names = methods()
                .merged(
                        method.getLeadingAnnotations(),
                        owner.getLeadingAnnotations().stream()
                                .map(annotation -> ProtectedMethods.pattern(annotation, file))
                                .filter(Objects::nonNull)
                                .collect(Collectors.toSet()),
                        name -> FallbackFit.failures(owner, method, name),
                        ofClass);
        if (names.isEmpty() && fallbacksOf(owner).areSpread()) {
            names = ofClass.values().stream()
                    .map(Trees::text)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
        }
        List<String> called = names.stream()
                .filter(name -> !FallbackFit.isMissing(owner, method, name))
                .toList();
        return called.size() == names.size() ? names : called.stream().limit(1).toList();
    }

    /** Lists methods with the name of a fallback method that resilience4j never called; whether there are any. */
    private boolean leaveWithoutEffect(J.ClassDeclaration owner, J.MethodDeclaration method, String name) {
        List<J.MethodDeclaration> others = FailureArguments.methods(owner).stream()
                .filter(other -> other.getSimpleName().equals(name) && FallbackFit.isOnlyHere(other, method))
                .toList();
        FailureArguments.Renamed renamed = failureArguments.names().get(method.getId());
        for (J.MethodDeclaration other : others) {
            options.left()
                    .accept(new Left(
                            "fallbackMethod = " + name + ", at " + method.getSimpleName(),
                            FallbackFit.text(other) + " was never called for it, since it has no failure behind the"
                                    + " parameters, or another result. "
                                    + (renamed == null
                                            ? "Here, it is called. Give it another name if that is not meant."
                                            : "It is not called here, either, since the fallback is "
                                                    + renamed.here() + ". If it is meant, add an overload of "
                                                    + renamed.here() + " that calls it.")));
        }
        return !others.isEmpty();
    }

    @Override
    public J.Annotation visitAnnotation(J.Annotation annotation, ExecutionContext ctx) {
        return super.visitAnnotation(options.keys().moved(texts().move(annotation)), ctx);
    }

    @Override
    public J.Literal visitLiteral(J.Literal literal, ExecutionContext ctx) {
        texts().leave(literal);
        return super.visitLiteral(literal, ctx);
    }

    @Override
    public J.Binary visitBinary(J.Binary binary, ExecutionContext ctx) {
        boolean names = binary.getOperator() == J.Binary.Type.Addition && texts().leave(binary);
        return names ? binary : super.visitBinary(binary, ctx);
    }

    private PropertyTexts texts() {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        Constants.Scope scope = new Constants.Scope(
                getCursor().firstEnclosingOrThrow(JavaSourceFile.class), owner == null ? "" : owner.getSimpleName());
        return new PropertyTexts(
                scope,
                module,
                options,
                constants,
                handled,
                (row, id) -> texts.computeIfAbsent(row, each -> new HashSet<>()).add(id));
    }

    @Override
    public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration declaration, ExecutionContext ctx) {
        J.ClassDeclaration around = getCursor().firstEnclosing(J.ClassDeclaration.class);
        J.MethodDeclaration visited = withoutVain(super.visitMethodDeclaration(declaration, ctx), declaration);
        Moved moved = withoutMissing(
                methods()
                        .move(
                                visited.getLeadingAnnotations(),
                                ofClass(),
                                ProtectedMethods.returns(declaration),
                                visited.getPrefix(),
                                name -> FallbackFit.failures(around, declaration, name),
                                ofClass(around, declaration)),
                declaration);
        moved = withSpread(moved, visited, declaration);
        add(moved);
        List<J.Annotation> annotations = withRenamedFallback(moved.annotations(), declaration);
        leaveReactive(around, declaration, moved);
        if (fallbacks.contains(visited.getSimpleName())) {
            List<Statement> parameters = new ArrayList<>(visited.getParameters());
            Statement former = parameters.get(parameters.size() - 1);
            Statement failure = failure(former, visited.getSimpleName());
            parameters.set(parameters.size() - 1, failure);
            visited = visited.withParameters(parameters);
            if (failure instanceof J.VariableDeclarations variable && isReplaced(former, failure)) {
                visited = ExceptionCalls.renamed(
                        visited, variable.getVariables().get(0).getSimpleName());
            }
        }
        if (visited.getLeadingAnnotations().isEmpty()) {
            for (J.Annotation annotation : annotations) {
                visited = AddedAnnotations.with(
                        visited,
                        Trees.typeName(annotation, null),
                        Objects.requireNonNullElse(annotation.getArguments(), List.of()));
            }
            annotations = visited.getLeadingAnnotations();
        }
        boolean more = annotations.size() > visited.getLeadingAnnotations().size();
        visited = visited.withLeadingAnnotations(annotations);
        visited = more ? AddedAnnotations.onLines(visited) : visited;
        J.ClassDeclaration owner = owner();
        if (owner != null && poolOf(owner).isAsync(declaration)) {
            imports.add(ProtectedMethods.ASYNC);
            async = true;
            return AddedAnnotations.with(visited, ProtectedMethods.ASYNC, List.of());
        }
        return visited;
    }

    /** The class whose method is visited; null for one of an anonymous class. */
    private J.@Nullable ClassDeclaration owner() {
        return getCursor().getParentTreeCursor().getParentTreeCursor().getValue() instanceof J.ClassDeclaration owner
                ? owner
                : null;
    }

    private ClassFallbacks fallbacksOf(J.ClassDeclaration owner) {
        return new ClassFallbacks(owner, getCursor().firstEnclosingOrThrow(JavaSourceFile.class), hierarchy);
    }

    /** The fallback methods that the class of a method has for it, by their patterns. */
    private Map<String, Expression> ofClass(J.@Nullable ClassDeclaration owner, J.MethodDeclaration method) {
        return owner == null ? Map.of() : fallbacksOf(owner).of(method);
    }

    private ClassPools poolOf(J.ClassDeclaration owner) {
        return new ClassPools(owner, getCursor().firstEnclosingOrThrow(JavaSourceFile.class), hierarchy);
    }

    /** Names the fallback method with the argument and the failure, where the former one would get the argument. */
    private List<J.Annotation> withRenamedFallback(List<J.Annotation> annotations, J.MethodDeclaration method) {
        FailureArguments.Renamed renamed = failureArguments.names().get(method.getId());
        if (renamed == null) {
            return annotations;
        }
        List<J.Annotation> all = new ArrayList<>();
        for (J.Annotation annotation : annotations) {
            boolean meant = Trees.typeName(annotation, null).equals(ProtectedMethods.FALLBACK)
                    && renamed.there()
                            .equals(Trees.text(Trees.arguments(annotation).get("method")));
            all.add(
                    meant
                            ? Trees.annotation(
                                    annotation,
                                    ProtectedMethods.FALLBACK,
                                    List.of(Trees.argument("method", renamed.here())))
                            : annotation);
        }
        return all;
    }

    /** A retried method that does more than build its publisher. */
    private void leaveReactive(J.@Nullable ClassDeclaration owner, J.MethodDeclaration method, Moved moved) {
        boolean ofClass =
                method.hasModifier(J.Modifier.Type.Public) && ofClass().contains("retry");
        boolean retried =
                (moved.added().contains(RETRY) || ofClass) && options.known().test(method);
        String reason = retried ? ReactiveBodies.reason(method, ReactiveBodies.ASPECTS) : null;
        if (owner != null && reason != null) {
            options.left()
                    .accept(new Left("@Retry at " + owner.getSimpleName() + "." + method.getSimpleName(), reason));
        }
        if (owner != null) {
            leaveFuture(owner, method);
        }
    }

    /** A method whose future counts otherwise than there. */
    private void leaveFuture(J.ClassDeclaration owner, J.MethodDeclaration method) {
        boolean direct = method.hasModifier(J.Modifier.Type.Private) || method.hasModifier(J.Modifier.Type.Static);
        if (direct || owner.getKind() == J.ClassDeclaration.Kind.Type.Annotation) {
            return;
        }
        JavaSourceFile file = getCursor().firstEnclosingOrThrow(JavaSourceFile.class);
        Map<String, J.Annotation> patterns = new LinkedHashMap<>();
        List<J.Annotation> all = new ArrayList<>(
                ClassFallbacks.isCovered(owner, method, "") && !fallbacks.contains(method.getSimpleName())
                        ? owner.getLeadingAnnotations()
                        : List.of());
        all.addAll(method.getLeadingAnnotations());
        for (J.Annotation annotation : all) {
            String pattern = ProtectedMethods.pattern(annotation, file);
            if (pattern != null) {
                patterns.put(pattern, annotation);
            }
        }
        boolean pool = patterns.values().stream().anyMatch(each -> ProtectedMethods.isPool(Trees.arguments(each)));
        Map<String, Expression> named = new LinkedHashMap<>();
        patterns.forEach((pattern, annotation) -> {
            Expression fallback = ProtectedMethods.fallback(annotation);
            if (fallback != null) {
                named.put(pattern, fallback);
            }
        });
        String reason = pool
                ? null
                : FutureBodies.reason(method, patterns.keySet(), named, module.order(SettingsMove.path(file)));
        if (reason != null) {
            String names = patterns.values().stream()
                    .map(annotation -> "@" + annotation.getSimpleName())
                    .collect(Collectors.joining(", "));
            options.left()
                    .accept(new Left(names + " at " + owner.getSimpleName() + "." + method.getSimpleName(), reason));
        }
    }

    /** With the fallback of the class, where that is not for all of its methods, and the method has none yet. */
    private Moved withSpread(Moved moved, J.MethodDeclaration visited, J.MethodDeclaration method) {
        J.ClassDeclaration owner = owner();
        Map<String, Expression> ofClass =
                owner == null || !fallbacksOf(owner).areSpread() ? Map.of() : ofClass(owner, method);
        boolean has = moved.added().contains(ProtectedMethods.FALLBACK);
        if (owner == null || ofClass.isEmpty() || has) {
            return moved;
        }
        J.Annotation last = Trees.annotation(visited.getPrefix(), ProtectedMethods.FALLBACK, List.of());
        List<J.Annotation> all = new ArrayList<>(moved.annotations());
        Set<String> added = new HashSet<>(moved.added());
        for (J.Annotation annotation :
                methods().ofClass(last, ofClass(), name -> FallbackFit.failures(owner, method, name), ofClass)) {
            all.add(all.isEmpty() ? annotation.withPrefix(Space.EMPTY) : annotation);
            added.add(Trees.typeName(annotation, null));
        }
        leaveWithoutEffect(owner, method, ofClass);
        return new Moved(all, added, moved.fallbacks());
    }

    private void leaveWithoutEffect(
            J.ClassDeclaration owner, J.MethodDeclaration method, Map<String, Expression> ofClass) {
        ofClass.values().stream()
                .map(Trees::text)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(name -> leaveWithoutEffect(owner, method, name));
    }

    /** A fallback that resilience4j does not find either. */
    private Moved withoutMissing(Moved moved, J.MethodDeclaration method) {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        String name = moved.annotations().stream()
                .filter(annotation -> Trees.typeName(annotation, null).equals(ProtectedMethods.FALLBACK))
                .map(annotation -> Trees.text(Trees.arguments(annotation).get("method")))
                .filter(text -> text != null)
                .findFirst()
                .orElse(null);
        if (owner == null
                || name == null
                || !moved.added().contains(ProtectedMethods.FALLBACK)
                || !FallbackFit.isMissing(owner, method, name)) {
            if (owner != null && name != null && moved.added().contains(ProtectedMethods.FALLBACK)) {
                leaveWithoutEffect(owner, method, name);
            }
            return moved;
        }
        boolean evaluated = ProtectedMethods.isExpression(name) || name.contains("${");
        options.left()
                .accept(new Left(
                        "fallbackMethod = " + name,
                        evaluated
                                ? "Names of methods are not evaluated. Add @Fallback(method = …) with the name of a"
                                        + " method, or bean = … for one of another bean."
                                : "No method of that name has the parameters of " + method.getSimpleName()
                                        + ", all or none, with a failure behind them, and its result, so it was never"
                                        + " called. Correct it, and add @Fallback(method = \"" + name
                                        + "\")."));
        return withoutFallback(moved);
    }

    private static Moved withoutFallback(Moved moved) {
        Set<String> dropped = Set.of(ProtectedMethods.FALLBACK, ProtectedMethods.ORDER);
        Set<String> added = new HashSet<>(moved.added());
        added.removeAll(dropped);
        return new Moved(
                moved.annotations().stream()
                        .filter(annotation -> !dropped.contains(Trees.typeName(annotation, null)))
                        .toList(),
                added,
                moved.fallbacks());
    }

    private ProtectedMethods methods() {
        return new ProtectedMethods(getCursor().firstEnclosingOrThrow(JavaSourceFile.class), module, options);
    }

    private Set<String> ofClass() {
        J.ClassDeclaration owner = getCursor().firstEnclosing(J.ClassDeclaration.class);
        JavaSourceFile file = getCursor().firstEnclosing(JavaSourceFile.class);
        return owner == null
                ? Set.of()
                : owner.getLeadingAnnotations().stream()
                        .map(annotation -> ProtectedMethods.pattern(annotation, file))
                        .filter(pattern -> pattern != null)
                        .collect(Collectors.toSet());
    }

    private void add(Moved moved) {
        moved.added().forEach(imports::add);
        async |= moved.added().contains(ProtectedMethods.ASYNC);
        if (!moved.added().isEmpty()) {
            MappingTable.get()
                    .renamed(MappingTable.RESILIENCE4J, "annotation")
                    .keySet()
                    .forEach(imports::remove);
        }
    }

    private static boolean isReplaced(Statement former, Statement failure) {
        return former instanceof J.VariableDeclarations there
                && failure instanceof J.VariableDeclarations here
                && there.getTypeExpression() != here.getTypeExpression();
    }

    /** The failure that a fallback method handles; one for both timeouts stays, and gets an overload. */
    private Statement failure(Statement parameter, String fallback) {
        if (!(parameter instanceof J.VariableDeclarations variable)) {
            return parameter;
        }
        JavaType.FullyQualified type = TypeUtils.asFullyQualified(variable.getType());
        String there = type == null ? "" : type.getFullyQualifiedName();
        boolean replaced = there.startsWith(PACKAGE) || (limited.contains(fallback) && !unlimited.contains(fallback));
        @Nullable String here = replaced ? EXCEPTIONS.get(there) : null;
        if (here == null || variable.getTypeExpression() == null) {
            return variable;
        }
        imports.replace(there, here);
        return variable.withTypeExpression(
                Trees.identifier(here.substring(here.lastIndexOf('.') + 1), JavaType.ShallowClass.build(here))
                        .withPrefix(variable.getTypeExpression().getPrefix()));
    }
}
