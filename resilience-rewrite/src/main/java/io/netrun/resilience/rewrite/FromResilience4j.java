package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Block;
import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Option;
import org.openrewrite.ScanningRecipe;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.text.PlainText;
import org.openrewrite.yaml.tree.Yaml;

/**
 * Moves an application from resilience4j: dependencies, annotations, exceptions and settings. What code uses of
 * resilience4j beyond that stays, together with the dependency and the settings that it needs, and is listed in the
 * {@link Leftovers}.
 */
public final class FromResilience4j extends ScanningRecipe<FromResilience4j.Found> {

    @Option(
            displayName = "Keep the behaviour",
            description = "Whether the settings are written out whose defaults differ, and the order of the patterns,"
                    + " so that the application behaves as before. Default true.",
            required = false)
    private final @Nullable Boolean keepBehaviour;

    static final String TIMEOUT = "java.util.concurrent.TimeoutException";

    private final transient Leftovers leftovers = new Leftovers(this);

    /**
     * Creates the recipe.
     *
     * @param keepBehaviour whether the defaults and the order of resilience4j are written out; null is true
     */
    public FromResilience4j(@Nullable Boolean keepBehaviour) {
        this.keepBehaviour = keepBehaviour;
    }

    @Override
    public String getDisplayName() {
        return "Move from resilience4j to netrun-resilience";
    }

    @Override
    public String getDescription() {
        return "Replaces dependencies, annotations, exceptions and settings of resilience4j.";
    }

    /** Whether the behaviour is kept. */
    private boolean keeps() {
        return keepBehaviour == null || keepBehaviour;
    }

    @Override
    public Found getInitialValue(ExecutionContext ctx) {
        return new Found(
                new LinkedHashMap<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new Builds(),
                new Constants(),
                new Hierarchy(),
                new HashMap<>(),
                new ArrayList<>(),
                new Catalogs(MappingTable.RESILIENCE4J),
                new AsyncHomes(),
                new Numbers(),
                new BuildFiles(MappingTable.RESILIENCE4J),
                new LinkedHashSet<>(),
                new LinkedHashMap<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new LinkedHashSet<>(),
                new Projects());
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getScanner(Found found) {
        return new TreeVisitor<Tree, ExecutionContext>() {
            @Override
            public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext ctx) {
                if (tree instanceof SourceFile file && found.projects().scan(file)) {
                    scan(found, file, ctx);
                }
                return tree;
            }
        };
    }

    private static void scan(Found found, SourceFile file, ExecutionContext ctx) {
        if (file instanceof Yaml.Documents yaml) {
            add(found, file, YamlMove.read(yaml));
            addImports(found, file, YamlMove.imports(yaml));
        } else if (file instanceof Properties.File properties) {
            add(found, file, PropertiesMove.read(properties));
            addImports(found, file, PropertiesMove.imports(properties));
        } else if (OtherLanguages.isSource(file)) {
            if (OtherLanguages.uses(file, JavaMove.PACKAGES)) {
                found.module(SettingsMove.path(file)).keepForeign();
                found.left().add(SettingsMove.path(file));
                found.used().add("*");
                found.asked().add("*");
            }
            addApplication(found, SettingsMove.path(file), OtherLanguages.text(file));
        } else if (file instanceof JavaSourceFile java && !GradleMove.isScript(java)) {
            found.constants().scan(java);
            found.hierarchy().scan(java);
            scanJava(found, java, ctx);
        }
        found.builds().scan(file);
        found.catalogs().scan(file);
        found.asyncHomes().scan(file);
        found.numbers().scan(file);
        found.files().scan(file);
        if (HealthGroups.areOff(file)) {
            found.healthOff().add(Names.module(SettingsMove.path(file)));
        }
    }

    private static void add(Found found, SourceFile file, List<SettingsDocument> documents) {
        String path = SettingsMove.path(file);
        boolean main = ModuleSettings.isMain(path);
        for (SettingsDocument document : documents) {
            if (!document.settings().isEmpty() || main) {
                found.module(path).add(document);
            }
        }
        if (documents.isEmpty() && main) {
            found.module(path).add(new SettingsDocument(path + "#0", false, List.of())); // an empty file
        }
    }

    private static void addImports(Found found, SourceFile file, List<String> imports) {
        String path = SettingsMove.path(file);
        imports.forEach(name -> found.module(path).addImport(name));
    }

    private static boolean isOfJava(SourceFile file) {
        return file instanceof JavaSourceFile && !GradleMove.isScript(file) && !OtherLanguages.isSource(file);
    }

    private static boolean isMain(String path) {
        String sources = SettingsDocument.sources(path);
        return sources.isEmpty() || sources.equals("main");
    }

    private static void addApplication(Found found, String path, String text) {
        if (isMain(path) && AsyncHomes.isApplication(text)) {
            found.files().addApplication(Names.module(path));
            found.module(path);
            found.applications().add(Names.module(path));
        }
    }

    private static void scanJava(Found found, JavaSourceFile file, ExecutionContext ctx) {
        String path = SettingsMove.path(file);
        String text = file.printAll();
        addApplication(found, path, text);
        boolean main = isMain(path);
        if (!text.contains("resilience4j")) {
            return;
        }
        ModuleSettings module = found.module(path);
        new JavaIsoVisitor<Integer>() {
            @Override
            public J.Annotation visitAnnotation(J.Annotation annotation, Integer p) {
                String pattern = ProtectedMethods.pattern(annotation, file);
                if (pattern != null) {
                    module.addPattern(pattern);
                    found.annotated().add(Names.module(path));
                    found.files().addAnnotated(Names.module(path), main);
                    if (main) {
                        found.applications().add(Names.module(path));
                    }
                    Map<String, Expression> arguments = Trees.arguments(annotation);
                    boolean pool = ProtectedMethods.isPool(arguments);
                    Expression name = arguments.get("name");
                    if (name != null) {
                        found.later().add(() -> found.addName(file, pattern, name, pool)); // may be a constant
                    }
                    if (pool) {
                        found.async().add(Names.module(path));
                    }
                }
                return annotation;
            }
        }.visit(file, 0);
        if (main) {
            found.later()
                    .add(() -> found.files()
                            .addPublishers(Names.module(path), PublisherMethods.of(file, found.constants())));
        }
        if (isForeignAfter(module, file, ctx)) {
            JavaSourceFile customized = new Customizers(file, new Constants()).allReplaced(ctx);
            if (customized != file && !isForeignAfter(module, customized, ctx)) {
                found.customizing().put(path, file);
            } else {
                module.keepForeign();
                found.left().add(path);
                if (ProtectingUses.mayThrow(file)) {
                    JavaMove.foreignTypes(file).keySet().forEach(found.used()::add);
                }
                found.later()
                        .add(() -> new CodeCounterparts(file, found.constants(), pattern -> Set.of())
                                .addAsked(found.asked()));
            }
        } else if (JavaMove.isForeign(file)) {
            found.moved().add(path);
            found.files().addMoved(Names.module(path), main);
        }
    }

    private static boolean isForeignAfter(ModuleSettings module, JavaSourceFile file, ExecutionContext ctx) {
        return JavaMove.needsForeign(new JavaMove(
                        module,
                        new ProtectedMethods.Options(
                                false, true, left -> {}, new Constants(), method -> true, ReadKeys.NONE),
                        false,
                        false,
                        new Constants(),
                        new Hierarchy())
                .move(file, ctx));
    }

    @Override
    public Collection<? extends SourceFile> generate(Found found, ExecutionContext ctx) {
        found.projects().settle(MappingTable.RESILIENCE4J, file -> scan(found, file, ctx));
        found.settle();
        List<SourceFile> generated = new ArrayList<>();
        found.modules().forEach((name, module) -> {
            String created = new Homes(name, module, found.applications().contains(name)).created();
            if (keeps() && !module.patterns().isEmpty() && created != null && !found.isElsewhere(name)) {
                generated.add(PlainText.builder()
                        .sourcePath(Path.of(created))
                        .text(Homes.text(created, Homes.settings(module, created)))
                        .build());
            }
        });
        return generated;
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor(Found found) {
        found.settle();
        return new TreeVisitor<Tree, ExecutionContext>() {
            @Override
            public @Nullable Tree visit(@Nullable Tree tree, ExecutionContext ctx) {
                return LineEnds.kept(tree, moved(tree, ctx), ctx);
            }

            private @Nullable Tree moved(@Nullable Tree tree, ExecutionContext ctx) {
                if (tree instanceof SourceFile file && found.projects().isOutside(file)) {
                    found.projects()
                            .list(
                                    file,
                                    "FromResilience4j",
                                    left -> leftovers.insertRow(ctx, row(SettingsMove.path(file), left)));
                    return tree;
                }
                SettingsMove settings = new SettingsMove(
                        found.modules(),
                        found.applications(),
                        found.healthOff(),
                        keeps(),
                        (path, left) -> leftovers.insertRow(ctx, row(path, left)));
                if (tree instanceof SourceFile file && keeps() && found.writes(SettingsMove.path(file))) {
                    OtherTexts.listPlace(file, left -> leftovers.insertRow(ctx, row(SettingsMove.path(file), left)));
                }
                if (tree instanceof SourceFile file && !isOfJava(file)) {
                    String path = SettingsMove.path(file);
                    ModuleSettings module = found.modules().get(Names.module(path));
                    boolean stays = module == null ? found.isForeignKept() : module.isForeignKept();
                    boolean moves = !stays || !found.annotated().isEmpty();
                    if (moves && !found.modules().isEmpty()) {
                        if (!stays) {
                            HealthGroups.list(file, left -> leftovers.insertRow(ctx, row(path, left)));
                        }
                        OtherTexts.list(
                                file,
                                stays,
                                module == null ? new ModuleSettings() : module,
                                left -> leftovers.insertRow(ctx, row(path, left)));
                        Exclusions.list(file, left -> leftovers.insertRow(ctx, row(path, left)));
                    }
                }
                if (tree instanceof SourceFile file
                        && !isOfJava(file)
                        && !OtherLanguages.isSource(file)
                        && !found.annotated().isEmpty()) {
                    texts(file, found, ctx).list(file);
                }
                if (tree instanceof SourceFile file) {
                    found.files()
                            .list(
                                    file,
                                    found.build(),
                                    left -> leftovers.insertRow(ctx, row(SettingsMove.path(file), left)));
                }
                if (tree instanceof SourceFile file && OtherLanguages.isSource(file)) {
                    String path = SettingsMove.path(file);
                    if (found.modules().containsKey(Names.module(path))) {
                        OtherLanguages.list(
                                file,
                                MappingTable.RESILIENCE4J,
                                JavaMove.PACKAGES,
                                left -> leftovers.insertRow(ctx, row(path, left)));
                    }
                    return tree;
                } else if (tree instanceof Yaml.Documents file) {
                    leaveSimilar(file, found, ctx);
                    return begun(settings, new YamlMove(settings).visit(file, ctx));
                } else if (tree instanceof Properties.File file) {
                    leaveSimilar(file, found, ctx);
                    return begun(settings, new PropertiesMove(settings).visit(file, ctx));
                } else if (tree instanceof SourceFile file && BuildFiles.isBuild(file)) {
                    return found.files()
                            .moved(
                                    file,
                                    found.build(),
                                    ctx,
                                    left -> leftovers.insertRow(ctx, row(SettingsMove.path(file), left)));
                } else if (tree instanceof JavaSourceFile file) {
                    JavaSourceFile moved = FromResilience4j.this.moved(file, found, ctx);
                    if (!found.annotated().isEmpty() && isOfJava(moved)) {
                        texts(moved, found, ctx).list(moved);
                    }
                    return moved;
                }
                return tree;
            }
        };
    }

    private AnnotationTexts texts(SourceFile file, Found found, ExecutionContext ctx) {
        String path = SettingsMove.path(file);
        return new AnnotationTexts(
                MappingTable.RESILIENCE4J, found.constants(), left -> leftovers.insertRow(ctx, row(path, left)));
    }

    /** Lists sections whose names are those of annotations in another spelling. */
    private void leaveSimilar(SourceFile file, Found found, ExecutionContext ctx) {
        String path = SettingsMove.path(file);
        ModuleSettings module = found.modules().get(Names.module(path));
        if (module == null) {
            return;
        }
        Set<Block.Id> ids = new LinkedHashSet<>();
        module.documents().stream()
                .filter(document -> document.file().equals(path))
                .forEach(document -> ids.addAll(document.blocks().keySet()));
        for (Block.Id id : ids) {
            String pattern = ModuleSettings.SECTIONS.entrySet().stream()
                    .filter(section -> section.getValue().equals(id.section()))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("bulkhead");
            Set<String> names = found.names().getOrDefault(Names.module(path) + " " + pattern, Set.of());
            names.stream()
                    .filter(name -> !id.shared() && !names.contains(id.name()))
                    .filter(name -> Names.uniform(name).equals(Names.uniform(id.name())))
                    .forEach(name -> leftovers.insertRow(
                            ctx,
                            row(
                                    path,
                                    new Left(
                                            "resilience4j." + id.section() + ".instances." + id.name(),
                                            "The annotation has the name " + name + ". There, the section had no"
                                                    + " effect on it; here, the start"
                                                    + " fails because of the similar"
                                                    + " names. Write "
                                                    + name + " if it is meant, and remove the section otherwise."))));
        }
    }

    private static @Nullable Tree begun(SettingsMove settings, @Nullable Tree moved) {
        return moved instanceof SourceFile changed ? settings.withDocument(changed) : moved;
    }

    private JavaSourceFile moved(JavaSourceFile file, Found found, ExecutionContext ctx) {
        String path = SettingsMove.path(file);
        ModuleSettings module = found.modules().get(Names.module(path));
        if (module == null) {
            return file;
        }
        String name = Names.module(path);
        JavaSourceFile customized = new Customizers(file, found.constants())
                .replaced((pattern, instance) -> found.isCustomized(name, pattern, instance), ctx);
        Function<String, Set<String>> annotated = pattern -> found.annotatedNames(name, pattern);
        Map<String, String> exceptions = MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception");
        if (found.left().contains(path)) {
            new CodeCounterparts(customized, found.constants(), annotated)
                    .list(left -> leftovers.insertRow(ctx, row(path, left)));
            InstanceCalls.list(customized, left -> leftovers.insertRow(ctx, row(path, left)));
            if (isMain(path)) {
                RegistryBeans.list(
                        customized,
                        found.sections(Names.module(path)),
                        annotated,
                        left -> leftovers.insertRow(ctx, row(path, left)));
            }
            new Customizers(customized, found.constants())
                    .list(annotated, left -> leftovers.insertRow(ctx, row(path, left)));
            if (!found.areExceptionsKept()) {
                exceptions.forEach(
                        (there, here) -> addException(ctx, file, there, "Annotated methods throw " + here + " now."));
            }
        } else if (found.moved().contains(path) && found.isCodeKept()) {
            String reason = found.areExceptionsKept()
                    ? "It stays, because code throws it that uses resilience4j beyond annotations."
                    : "It was replaced by %s. Code that uses resilience4j beyond annotations throws it as before:"
                            + " handle both.";
            exceptions.forEach((there, here) -> {
                if (found.areExceptionsKept() || found.isThrown(there)) {
                    addException(ctx, file, there, reason.formatted(here));
                }
            });
        }
        ProtectedMethods.Options options = new ProtectedMethods.Options(
                keeps(),
                !found.annotated().isEmpty(),
                left -> leftovers.insertRow(ctx, row(path, left)),
                found.constants(),
                method -> {
                    String extension = PublisherMethods.module(method, file);
                    return extension == null || found.files().isKnown(Names.module(path), extension, found.build());
                },
                new ReadKeys(found.parts(name), keeps()));
        JavaMove move = new JavaMove(
                module,
                options,
                found.asyncHomes().isToEnable(path, found.async(), found.builds()),
                found.areExceptionsKept(),
                found.constants(),
                found.hierarchy());
        JavaSourceFile moved = move.move(customized, ctx);
        Set<String> excluded = module.isForeignKept() && found.annotated().isEmpty()
                ? Set.of()
                : Exclusions.list(file, found.constants(), left -> leftovers.insertRow(ctx, row(path, left)));
        if (found.left().contains(path)) {
            addTypes(ctx, moved, excluded);
        }
        leaveAttributes(ctx, file, moved);
        if (move.isAsync()) {
            found.asyncHomes()
                    .missing(Names.module(path), found.builds())
                    .forEach(reason -> leftovers.insertRow(ctx, row(path, new Left("@Async", reason))));
        }
        boolean handles = moved.getImports().stream()
                        .anyMatch(imported -> imported.getTypeName().equals(TIMEOUT))
                || moved.getTypesInUse().getTypesInUse().stream()
                        .anyMatch(type -> TypeUtils.isOfClassType(type, TIMEOUT));
        if (handles && module.usesTimeouts() && !found.areExceptionsKept()) {
            leftovers.insertRow(
                    ctx,
                    row(
                            path,
                            new Left(
                                    TIMEOUT,
                                    "A time limiter that was moved throws TimeoutExceededException, which is no"
                                            + " subclass of it. Handle both, in handlers and catch blocks, where such"
                                            + " calls end.")));
        }
        return moved;
    }

    /** Lists the types that a file uses beyond what is moved, with the counterpart of each. */
    private void addTypes(ExecutionContext ctx, JavaSourceFile file, Set<String> excluded) {
        Map<String, String> types = new TreeMap<>(JavaMove.foreignTypes(file));
        types.keySet().removeAll(excluded);
        List<String> text = file.printAll().lines().toList();
        types.forEach((name, simple) -> {
            String reason = MappingTable.get()
                    .find(MappingTable.RESILIENCE4J, "type", name)
                    .map(FromResilience4j::counterpart)
                    .orElse("The code uses it beyond annotations and exceptions.");
            leftovers.insertRow(
                    ctx, row(SettingsMove.path(file), new Left(name, reason + Remains.where(text, Set.of(simple)))));
        });
        if (types.isEmpty() && excluded.isEmpty() && JavaMove.needsForeign(file)) {
            JavaMove.keeping(file)
                    .forEach((name, names) -> leftovers.insertRow(
                            ctx,
                            row(
                                    SettingsMove.path(file),
                                    new Left(
                                            name,
                                            "The code needs it beyond annotations and exceptions, so resilience4j"
                                                    + " stays." + Remains.where(text, names)))));
        }
    }

    /** Lists attributes of annotations that code reads, and that the ones of this library do not have. */
    private void leaveAttributes(ExecutionContext ctx, JavaSourceFile file, JavaSourceFile moved) {
        Map<String, String> annotations = MappingTable.get().renamed(MappingTable.RESILIENCE4J, "annotation");
        Map<String, Set<String>> read = Remains.called(file, annotations.keySet());
        List<String> text = moved.printAll().lines().toList();
        read.forEach((type, calls) -> calls.stream()
                .filter(call -> !call.matches("name|hashCode|equals|toString|annotationType"))
                .forEach(call -> leftovers.insertRow(
                        ctx,
                        row(
                                SettingsMove.path(file),
                                new Left(
                                        type.substring(type.lastIndexOf('.') + 1) + "." + call + "()",
                                        "@" + simple(annotations.getOrDefault(type, type))
                                                + " of this library has no such attribute of that type, so the code"
                                                + " does not compile. "
                                                + (call.equals("fallbackMethod")
                                                        ? "Read method of @Fallback instead."
                                                        : "Remove what reads it.")
                                                + Remains.where(text, Set.of(call)))))));
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    private static String counterpart(MappingTable.Row row) {
        String here = row.here().name();
        String note = row.note().isEmpty() ? "" : row.reason();
        return here.isEmpty() ? note : ("Replace it by " + here + ". " + note).strip();
    }

    private void addException(ExecutionContext ctx, JavaSourceFile file, String there, String reason) {
        String simple = there.substring(there.lastIndexOf('.') + 1);
        boolean named = there.startsWith(JavaMove.PACKAGE)
                && Imports.identifiers(file).contains(simple)
                && file.getImports().stream()
                        .anyMatch(imported -> imported.getTypeName().equals(there));
        if (named) {
            leftovers.insertRow(ctx, row(SettingsMove.path(file), new Left(there, reason)));
        }
    }

    private static Leftovers.Row row(String path, Left left) {
        return new Leftovers.Row(path, left.what(), left.reason());
    }

    /**
     * What was found in all files.
     *
     * @param modules what is known of the modules, by their paths
     * @param async the modules with methods that become asynchronous
     * @param left the paths of the files that use resilience4j beyond what is moved
     * @param moved the paths of the other files that use it
     * @param annotated the modules with annotations of resilience4j
     * @param applications the modules whose main sources have such annotations, or are an application
     * @param builds which modules have which others
     * @param constants what constants are
     * @param hierarchy the classes of all sources
     * @param names the names of instances in annotations, by their module and pattern
     * @param later what needs the constants of all files
     * @param catalogs the version catalogs of Gradle
     * @param asyncHomes what enables {@code @Async}
     * @param numbers the values of placeholders
     * @param files the build files
     * @param settingsKept the modules whose settings stay for the code of a module that has them as a library
     * @param customizing the files that use it for customizers alone, by their paths
     * @param asked the instances that code may ask resilience4j for, as {@code pattern name}
     * @param healthOff the modules whose health contributors are off unless they are switched on
     * @param used the types that code uses which stays and may fail with their exceptions, and {@code *} where they are
     *     not known
     * @param projects which directories are in the build
     */
    record Found(
            Map<String, ModuleSettings> modules,
            Set<String> async,
            Set<String> left,
            Set<String> moved,
            Set<String> annotated,
            Set<String> applications,
            Builds builds,
            Constants constants,
            Hierarchy hierarchy,
            Map<String, Set<String>> names,
            List<Runnable> later,
            Catalogs catalogs,
            AsyncHomes asyncHomes,
            Numbers numbers,
            BuildFiles files,
            Set<String> settingsKept,
            Map<String, JavaSourceFile> customizing,
            Set<String> asked,
            Set<String> healthOff,
            Set<String> used,
            Projects projects) {

        /** A placeholder with a default. */
        private static final Pattern DEFAULT = Pattern.compile("\\$\\{[^:{}]+:([^:{}]+)}");

        /**
         * Decides what needs all files: modules keep resilience4j if their handlers do, and an application has the
         * patterns of its libraries, and the settings that their code needs.
         */
        void settle() {
            later.forEach(Runnable::run);
            later.clear();
            customizing.forEach(this::settleCustomizers);
            customizing.clear();
            modules.values().forEach(module -> module.setKnown(numbers::known));
            if (areExceptionsKept()) {
                moved.forEach(path -> module(path).keepForeign());
            }
            modules.entrySet().stream()
                    .filter(module -> module.getValue().isForeignKept() && !settingsKept.contains(module.getKey()))
                    .forEach(module ->
                            builds.libraries(module.getKey(), modules.keySet()).forEach(this::keepSettings));
            modules.forEach((name, module) ->
                    builds.libraries(name, modules.keySet()).forEach(library -> addLibrary(name, module, library)));
            applications.stream()
                    .filter(name -> !hasFile(name))
                    .forEach(name -> builds.libraries(name, modules.keySet()).stream()
                            .filter(this::hasFile)
                            .forEach(library -> include(library, name)));
        }

        /** A file stays with resilience4j if one of its customizers does. */
        private void settleCustomizers(String path, JavaSourceFile file) {
            if (new Customizers(file, constants)
                    .areAll((pattern, name) -> isCustomized(Names.module(path), pattern, name))) {
                moved.add(path);
                files.addAnnotated(Names.module(path), isMain(path)); // a bean of the starter
            } else {
                module(path).keepForeign();
                left.add(path);
                used.add("*");
            }
        }

        /** Whether a customizer is for the instance of annotations, and for no other one. */
        private boolean isCustomized(String module, String pattern, String name) {
            return annotatedNames(module, pattern).contains(name)
                    && !asked.contains("*")
                    && !asked.contains(pattern + " *")
                    && !asked.contains(pattern + " " + name);
        }

        /** An application imports the files of its libraries, whose settings its code may need. */
        private void keepSettings(String library) {
            ModuleSettings module = modules.get(library);
            if (module != null && !module.documents().isEmpty() && !module.isForeignKept()) {
                module.keepForeign();
                settingsKept.add(library);
            }
        }

        private void include(String library, String name) {
            ModuleSettings file = modules.get(library);
            ModuleSettings module = modules.get(name);
            if (file != null && module != null) {
                file.include(module);
            }
        }

        /** Whether a module has the configuration that is read at each start. */
        private boolean hasFile(String name) {
            ModuleSettings module = modules.get(name);
            return module != null
                    && module.documents().stream()
                            .anyMatch(document ->
                                    SettingsDocument.sources(document.id()).equals("main")
                                            && ModuleSettings.isAlwaysRead(document.file()));
        }

        /**
         * Whether the configuration of a module is that of another one: a file of its own would hide it, since one
         * alone of the class path is read.
         */
        boolean isElsewhere(String name) {
            return builds.libraries(name, modules.keySet()).stream().anyMatch(this::hasFile)
                    || modules.keySet().stream()
                            .filter(this::isConfigured)
                            .anyMatch(other ->
                                    builds.libraries(other, modules.keySet()).contains(name));
        }

        /** The sections with settings of resilience4j, in uniform spelling, of the applications that have a module. */
        Set<String> sections(String module) {
            Set<String> sections = new HashSet<>();
            applicationParts(module).stream()
                    .map(modules::get)
                    .filter(Objects::nonNull)
                    .flatMap(part -> part.documents().stream())
                    .flatMap(document -> document.blocks().keySet().stream())
                    .forEach(id -> sections.add(Names.uniform(id.section())));
            return sections;
        }

        /** Adds the name of an instance in an annotation. */
        void addName(JavaSourceFile file, String pattern, Expression name, boolean pool) {
            String text = constants.text(name, new Constants.Scope(file, ""));
            String path = SettingsMove.path(file);
            if (text != null) {
                Matcher placeholder = DEFAULT.matcher(text);
                text = placeholder.matches() ? placeholder.group(1) : text;
                names.computeIfAbsent(Names.module(path) + " " + pattern, key -> new TreeSet<>())
                        .add(text);
                if (pattern.equals("bulkhead")) {
                    names.computeIfAbsent(
                                    Names.module(path) + " "
                                            + (pool ? CodeCounterparts.POOL : CodeCounterparts.SEMAPHORE),
                                    key -> new TreeSet<>())
                            .add(text);
                    if (!text.contains("${")) { // it is another name at the start
                        module(path).addBulkhead(text, pool);
                    }
                    if (pool) {
                        asked.add("bulkhead " + text); // there, its customizer is one of thread pools
                    }
                }
            }
        }

        /**
         * The names of the instances of a pattern in annotations of the applications that have a module; those of one
         * kind of bulkheads for {@link CodeCounterparts#POOL} and {@link CodeCounterparts#SEMAPHORE}.
         */
        Set<String> annotatedNames(String module, String pattern) {
            Set<String> all = new TreeSet<>();
            applicationParts(module).forEach(part -> all.addAll(names.getOrDefault(part + " " + pattern, Set.of())));
            return all;
        }

        /** What is known of the modules of the applications that have a module. */
        List<ModuleSettings> parts(String module) {
            return applicationParts(module).stream()
                    .map(modules::get)
                    .filter(Objects::nonNull)
                    .toList();
        }

        /** The modules of the applications that have a module. */
        private Set<String> applicationParts(String module) {
            Set<String> all = new HashSet<>();
            for (String application : modules.keySet()) {
                Set<String> parts = new HashSet<>(builds.libraries(application, modules.keySet()));
                parts.add(application);
                if (parts.contains(module)) {
                    all.addAll(parts);
                }
            }
            return all;
        }

        private void addLibrary(String name, ModuleSettings module, String library) {
            ModuleSettings settings = modules.get(library);
            if (settings == null) {
                return;
            } else if (settings.isForeignKept() && !settingsKept.contains(library)) {
                module.keepForeign();
            }
            if (isConfigured(name)) {
                module.include(settings);
                if (async.contains(library)) {
                    async.add(name);
                }
            }
        }

        /** Whether the settings of any module stay. */
        boolean isForeignKept() {
            return modules.values().stream().anyMatch(ModuleSettings::isForeignKept);
        }

        /** Whether code stays that uses resilience4j beyond what is moved. */
        boolean isCodeKept() {
            return !left.isEmpty();
        }

        /** Whether code that stays may throw an exception of resilience4j: it uses other types of its pattern. */
        boolean isThrown(String exception) {
            String owner = exception.substring(0, exception.lastIndexOf('.') + 1);
            return used.stream()
                    .filter(type -> !type.contains(".annotation.") && !type.equals(exception))
                    .anyMatch(type -> type.startsWith(owner)
                            || type.matches("\\*|.*\\.(decorators|cloud|reactor|rxjava\\d)\\..*"));
        }

        /** Whether calls fail with the exceptions of resilience4j as before, because all of its code stays. */
        boolean areExceptionsKept() {
            return isCodeKept() && annotated.isEmpty();
        }

        ModuleSettings module(String path) {
            return modules.computeIfAbsent(Names.module(path), name -> new ModuleSettings());
        }

        /** Whether settings are written for the module of a file. */
        boolean writes(String path) {
            ModuleSettings module = modules.get(Names.module(path));
            return module != null && !module.patterns().isEmpty();
        }

        /** Whether a module is an application, or has the configuration of one. */
        private boolean isConfigured(String name) {
            return applications.contains(name)
                    || modules.getOrDefault(name, new ModuleSettings()).documents().stream()
                            .anyMatch(document -> ModuleSettings.isAlwaysRead(document.file()));
        }

        /** What is known of the build. */
        BuildFiles.Build build() {
            Set<String> kept = new TreeSet<>();
            modules.forEach((name, module) -> {
                if (module.isForeignKept() && !settingsKept.contains(name)) {
                    kept.add(name);
                }
            });
            return new BuildFiles.Build(builds, catalogs, modules.keySet(), kept, !areExceptionsKept());
        }
    }
}
