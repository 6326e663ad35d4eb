//! The real window, from the catalog to working tools and back, on a person's machine in a folder.

#[path = "e2e"]
mod e2e {
    mod accessible;
    mod backup;
    mod built;
    mod csp;
    mod desktop;
    mod diagnosis;
    mod doctor;
    mod effort;
    mod env;
    mod export;
    mod folder;
    mod image;
    mod install;
    mod kaiten;
    mod keyboard;
    mod made;
    mod node;
    mod offers;
    mod remote;
    mod scopes;
    mod secret;
    mod single;
    mod source;
    mod stack;
    mod steps;
    mod trust;
    mod zoom;
}
