//! What a core module calls its functions.

use wasmparser::{CustomSectionReader, KnownCustom, Name};

/// By function, imported ones too; nothing when it is another section. Names are for readers: a damaged section costs them and nothing else.
pub fn function_names<'a>(section: &CustomSectionReader<'a>) -> Vec<(u32, &'a str)> {
    let KnownCustom::Name(names) = section.as_known() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for name in names.into_iter().flatten() {
        if let Name::Function(functions) = name {
            found.extend(functions.into_iter().flatten().map(|entry| (entry.index, entry.name)));
        }
    }
    found
}
